import GRDB

extension LedgerTable {
    static let boxLoss = LedgerTable(
        "box_loss", of: .toxic,
        """
        image TEXT NOT NULL, line INTEGER NOT NULL, class INTEGER NOT NULL, cx REAL NOT NULL,
        cy REAL NOT NULL, w REAL NOT NULL, h REAL NOT NULL, matches INTEGER NOT NULL, box REAL NOT NULL,
        obj REAL, cls REAL NOT NULL, gradient_norm REAL NOT NULL, gradient_norm_box REAL NOT NULL,
        gradient_norm_obj REAL, gradient_norm_cls REAL NOT NULL, PRIMARY KEY (image, line)
        """)
}

/// What the toxic stage knows of one label row; the box in fractions of the image.
public struct BoxLossRow: LedgerRow {
    public static let databaseTableName = "box_loss"

    public var image: String
    /// From 1.
    public var line: Int
    public var `class`: Int
    public var cx: Double
    public var cy: Double
    public var w: Double
    public var h: Double
    /// Anchors or cells that the trainer assigns to it.
    public var matches: Int
    public var box: Double
    public var obj: Double?
    public var cls: Double
    public var gradientNorm: Double
    public var gradientNormBox: Double
    public var gradientNormObj: Double?
    public var gradientNormCls: Double

    private enum CodingKeys: String, CodingKey {
        case image, line, `class`, cx, cy, w, h, matches, box, obj, cls
        case gradientNorm = "gradient_norm"
        case gradientNormBox = "gradient_norm_box"
        case gradientNormObj = "gradient_norm_obj"
        case gradientNormCls = "gradient_norm_cls"
    }

    public init(
        image: String, line: Int, class id: Int, cx: Double, cy: Double, w: Double, h: Double, matches: Int,
        box: Double, obj: Double?, cls: Double, gradientNorm: Double, gradientNormBox: Double,
        gradientNormObj: Double?, gradientNormCls: Double
    ) {
        (self.image, self.line, self.class) = (image, line, id)
        (self.cx, self.cy, self.w, self.h) = (cx, cy, w, h)
        (self.matches, self.box, self.obj, self.cls) = (matches, box, obj, cls)
        (self.gradientNorm, self.gradientNormBox) = (gradientNorm, gradientNormBox)
        (self.gradientNormObj, self.gradientNormCls) = (gradientNormObj, gradientNormCls)
    }
}

extension Ledger {
    /// By line.
    public func boxLosses(ofImage image: String) throws -> [BoxLossRow] {
        try rows(BoxLossRow.filter(Column("image") == image).order(Column("line")))
    }

    /// Every judged label with its image's split and size in pixels.
    public func labels() throws -> [(split: String, classID: Int, box: [Double], width: Double, height: Double)] {
        try read("box_loss") { database in
            try Array(
                Row.fetchCursor(
                    database,
                    sql: """
                        SELECT split, class, cx, cy, w, h, width, height FROM box_loss JOIN image_loss USING (image)
                        ORDER BY image, line
                        """
                ).map { row in
                    (
                        try row.decode(atIndex: 0), try row.decode(atIndex: 1),
                        try (2..<6).map { try row.decode(atIndex: $0) }, try row.decode(atIndex: 6),
                        try row.decode(atIndex: 7)
                    )
                })
        }
    }
}
