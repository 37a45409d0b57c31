import Findings
import GRDB

extension LedgerTable {
    /// No stage's: nothing that is computed again touches it.
    static let decision = LedgerTable(
        "decision", of: nil,
        """
        id TEXT PRIMARY KEY, decision TEXT NOT NULL, image TEXT NOT NULL, line INTEGER, kind TEXT NOT NULL,
        label TEXT, row TEXT, is_applied INTEGER NOT NULL
        """)

    /// What version 4 adds: notes, and who decided.
    static func addNotes(_ database: Database) throws {
        for column in ["note", "decided_by"] {
            try database.execute(sql: "ALTER TABLE decision ADD COLUMN \(column) TEXT")
        }
    }

    /// Decisions of version 2, whichever columns their table had; of none, an empty table.
    ///
    /// At first they were kept when they were applied, without rows.
    static func carryDecisions(_ database: Database) throws {
        guard try database.tableExists("decision") else { return try database.execute(sql: decision.statement) }
        let columns = Set(try database.columns(in: "decision").map(\.name))
        func column(_ name: String, otherwise value: String) -> String { columns.contains(name) ? name : value }
        try database.execute(
            sql: """
                ALTER TABLE decision RENAME TO earlier_decision;
                \(decision.statement);
                INSERT INTO decision SELECT id, decision, image, line, kind, \(column("label", otherwise: "NULL")),
                    \(column("row", otherwise: "NULL")), \(column("is_applied", otherwise: "1")) FROM earlier_decision;
                DROP TABLE earlier_decision;
                """)
    }
}

/// What a person decided about a suspicion. Kept whatever stages run again.
public struct DecisionRow: LedgerRow {
    /// The table in the ledger.
    public static let databaseTableName = "decision"

    /// That of the suspicion, or of the image that was looked at.
    public var id: String
    /// What the person said.
    public var decision: Decision
    /// The image's path, relative to the dataset's root.
    public var image: String
    /// As it was judged, from 1; nil for a missing object and for a whole image.
    public var line: Int?
    /// What the suspicion was, or a check of an image that nothing is suspected of.
    public var kind: SuspicionKind
    /// JSON, `[class, cx, cy, w, h]`: the row as it was judged, and as it should be; nil for none.
    public var label: String?
    /// JSON, `[class, cx, cy, w, h]`: the row as it should be; nil where it goes.
    public var row: String?
    /// Whether the label file says so by now.
    public var isApplied: Bool
    /// What the person wrote beside it.
    public var note: String?
    /// Who decided, as they called themselves.
    public var decidedBy: String?

    private enum CodingKeys: String, CodingKey {
        case id, decision, image, line, kind, label, row
        case isApplied = "is_applied"
        case note
        case decidedBy = "decided_by"
    }

    /// A row; the parameters are its columns.
    public init(
        id: String, decision: Decision, image: String, line: Int?, kind: SuspicionKind, label: String?, row: String?,
        isApplied: Bool, note: String? = nil, decidedBy: String? = nil
    ) {
        (self.note, self.decidedBy) = (note, decidedBy)
        (self.id, self.decision, self.image, self.line, self.kind) = (id, decision, image, line, kind)
        (self.label, self.row, self.isApplied) = (label, row, isApplied)
    }
}

extension Ledger {
    /// Adds decisions; the last one about a suspicion counts.
    public func addDecisions(_ decisions: [DecisionRow]) throws {
        try write("decision") { database in
            for row in decisions { try row.insert(database, onConflict: .replace) }
        }
    }

    /// Takes a decision back; nothing happens where there is none.
    public func removeDecision(_ id: String) throws {
        try write("decision") { _ = try DecisionRow.filter(Column("id") == id).deleteAll($0) }
    }

    /// By id.
    public func decisions() throws -> [DecisionRow] { try rows(DecisionRow.order(Column("id"))) }
}
