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
    /// The table in the ledger.
    public static let databaseTableName = "prediction"

    /// The image's path, relative to the dataset's root.
    public var image: String
    /// The class id, from 0.
    public var `class`: Int
    /// From 0 to 1.
    public var confidence: Double
    /// Centre from the left, as a fraction of the width.
    public var cx: Double
    /// Centre from the top, as a fraction of the height.
    public var cy: Double
    /// Width as a fraction of the image.
    public var w: Double
    /// Height as a fraction of the image.
    public var h: Double

    /// A row; the parameters are its columns.
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
