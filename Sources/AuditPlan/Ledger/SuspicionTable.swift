import Findings
import GRDB

extension LedgerTable {
    static let suspicion = LedgerTable(
        "suspicion", of: .toxic,
        """
        id TEXT PRIMARY KEY, image TEXT NOT NULL, line INTEGER, kind TEXT NOT NULL, score REAL NOT NULL,
        impact REAL NOT NULL, class INTEGER, cx REAL, cy REAL, w REAL, h REAL, evidence TEXT NOT NULL
        """)

    /// Version 5: the corners of turned boxes.
    static func addCorners(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE suspicion ADD COLUMN corners TEXT")
    }
}

/// An accusation of one label row, of a place where one is missing, or of an image.
public struct SuspicionRow: LedgerRow {
    /// The table in the ledger.
    public static let databaseTableName = "suspicion"

    /// Stable over runs: made of the image's bytes, the row and the kind.
    public var id: String
    /// The image's path, relative to the dataset's root.
    public var image: String
    /// From 1; nil for a missing object and for a whole image.
    public var line: Int?
    /// What is suspected.
    public var kind: SuspicionKind
    /// The probability that a person would change it.
    public var score: Double
    /// The part of the labels' gradient energy that hangs on it.
    public var impact: Double
    /// The suggested row, in fractions of the image; nil where the row should go.
    public var `class`: Int?
    /// Of the suggestion: centre from the left, as a fraction; nil where the row should go.
    public var cx: Double?
    /// Of the suggestion: centre from the top, as a fraction.
    public var cy: Double?
    /// Of the suggestion: width as a fraction.
    public var w: Double?
    /// Of the suggestion: height as a fraction.
    public var h: Double?
    /// Why, in words.
    public var evidence: String
    /// Of a suggestion that is a turned box: its four corners as a JSON array, x and y by turns, in fractions.
    public var corners: String?

    /// A row; the parameters are its columns.
    public init(
        id: String, image: String, line: Int?, kind: SuspicionKind, score: Double, impact: Double, class classID: Int?,
        cx: Double?, cy: Double?, w: Double?, h: Double?, evidence: String, corners: [Double]? = nil
    ) {
        (self.id, self.image, self.line, self.kind, self.score) = (id, image, line, kind, score)
        (self.impact, self.class, self.evidence) = (impact, classID, evidence)
        (self.cx, self.cy, self.w, self.h) = (cx, cy, w, h)
        self.corners = corners.map { "[" + $0.map { "\($0)" }.joined(separator: ",") + "]" }
    }
}

extension Ledger {
    /// The most suspicious first.
    public func suspicions() throws -> [SuspicionRow] {
        try rows(SuspicionRow.order(Column("score").desc, Column("id")))
    }
}
