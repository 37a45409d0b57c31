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
    /// The table in the ledger.
    public static let databaseTableName = "box_loss"

    /// The image's path, relative to the dataset's root.
    public var image: String
    /// From 1.
    public var line: Int
    /// The class id, from 0.
    public var `class`: Int
    /// Centre from the left, as a fraction of the width.
    public var cx: Double
    /// Centre from the top, as a fraction of the height.
    public var cy: Double
    /// Width as a fraction of the image.
    public var w: Double
    /// Height as a fraction of the image.
    public var h: Double
    /// Anchors or cells that the trainer assigns to it.
    public var matches: Int
    /// The box part, as a mean over the label's matches before gains.
    public var box: Double
    /// The objectness part; nil where the family has none.
    public var obj: Double?
    /// The class part, as a mean over the label's matches before gains.
    public var cls: Double
    /// Norm of the loss gradient at the logits of the label's cells.
    public var gradientNorm: Double
    /// Of the box part alone.
    public var gradientNormBox: Double
    /// Of the objectness part alone; nil where the family has none.
    public var gradientNormObj: Double?
    /// Of the class part alone.
    public var gradientNormCls: Double

    private enum CodingKeys: String, CodingKey {
        case image, line, `class`, cx, cy, w, h, matches, box, obj, cls
        case gradientNorm = "gradient_norm"
        case gradientNormBox = "gradient_norm_box"
        case gradientNormObj = "gradient_norm_obj"
        case gradientNormCls = "gradient_norm_cls"
    }

    /// A row; the parameters are its columns.
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
