import GRDB

extension LedgerTable {
    /// Searched by image: version 3 makes the index `prediction_image`.
    static let prediction = LedgerTable(
        "prediction", of: .toxic,
        """
        image TEXT NOT NULL, class INTEGER NOT NULL, confidence REAL NOT NULL, cx REAL NOT NULL,
        cy REAL NOT NULL, w REAL NOT NULL, h REAL NOT NULL
        """)
}

/// A predicted box, in fractions of the image.
public struct PredictionRow: LedgerRow {
    public static let databaseTableName = "prediction"

    public var image: String
    public var `class`: Int
    public var confidence: Double
    public var cx: Double
    public var cy: Double
    public var w: Double
    public var h: Double

    public init(image: String, class classID: Int, confidence: Double, cx: Double, cy: Double, w: Double, h: Double) {
        (self.image, self.class, self.confidence) = (image, classID, confidence)
        (self.cx, self.cy, self.w, self.h) = (cx, cy, w, h)
    }
}

extension Ledger {
    /// The most confident first.
    public func predictions(ofImage image: String) throws -> [PredictionRow] {
        try rows(PredictionRow.filter(Column("image") == image).order(Column("confidence").desc, Column("rowid")))
    }
}
