import Findings
import GRDB

extension LedgerTable {
    static let finding = LedgerTable(
        "finding", of: .labels,
        """
        id INTEGER PRIMARY KEY, code TEXT NOT NULL, severity TEXT NOT NULL, file TEXT NOT NULL, line INTEGER,
        "column" INTEGER, message TEXT NOT NULL, effect TEXT NOT NULL, fix TEXT NOT NULL
        """)

    /// Whether effects begin with a verdict: in version 2 they were free text at first.
    static func findingsHaveVerdicts(_ database: Database) throws -> Bool {
        let effects = try String.fetchCursor(database, sql: "SELECT DISTINCT effect FROM finding")
        return try !effects.contains { (try? TrainerEffect(text: $0)) == nil }
    }
}

/// A finding is a row as it stands; `id` counts them from 1.
extension Finding: LedgerRow {
    /// The table in the ledger.
    public static let databaseTableName = "finding"
}

extension Ledger {
    /// Replaces what the labels stage found, in the order given.
    public func replaceFindings(_ findings: [Finding]) throws {
        try replace(.labels, findings.insert)
    }

    /// In the order in which they were kept.
    public func findings() throws -> [Finding] { try rows(Finding.order(Column("id"))) }
}
