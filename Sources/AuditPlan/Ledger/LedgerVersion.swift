import FileReading
import Findings
import GRDB

/// The version of a ledger's tables, and the way from earlier ones.
///
/// Tables change by a migration of their own, which is never edited once it has been released. Up to version 2 ledgers
/// kept no list of migrations, and tables of several shapes went by one number; so the first migration looks at the
/// shapes that it finds.
package enum LedgerVersion {
    static let current = 5

    /// The migrations, named by the version that they lead to.
    package static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("3", migrate: toVersion3)
        migrator.registerMigration("4") { database in
            try LedgerTable.addNotes(database)
            try database.execute(sql: "UPDATE meta SET value = '4' WHERE key = 'schema_version'")
        }
        migrator.registerMigration("5") { database in
            try LedgerTable.addCorners(database)
            try database.execute(sql: "UPDATE meta SET value = '5' WHERE key = 'schema_version'")
        }
        return migrator
    }()

    /// Makes the tables or brings them to this version, in one transaction a version.
    ///
    /// - Throws: `FileError` where a newer version has written them.
    static func bring(_ queue: DatabaseQueue, path: String) throws {
        let isDone = try queue.read { database in
            let version = try version(database)
            let isNewer = try migrator.hasBeenSuperseded(database)
            guard (version.map { (1...current).contains(Int($0) ?? 0) } ?? true) && !isNewer else {
                throw FileError(
                    file: path,
                    message: "is a ledger of version \(version ?? "?"), this tool reads versions up to \(current)",
                    wayOut:
                        "use the newer assay that wrote it; moved away, the stages write it anew, but for what was decided"
                )
            }
            return try migrator.hasCompletedMigrations(database)
        }
        guard !isDone else { return }
        var done = try queue.read(migrator.appliedIdentifiers)
        while true {
            do {
                return try migrator.migrate(queue)
            } catch {
                // Another process has done a version meanwhile: there may be more to do.
                let now = try queue.read(migrator.appliedIdentifiers)
                guard now.count > done.count else { throw error }
                done = now
            }
        }
    }

    private static func version(_ database: Database) throws -> String? {
        guard try database.tableExists("meta") else { return nil }
        return try String.fetchOne(database, sql: "SELECT value FROM meta WHERE key = 'schema_version'")
    }

    /// From any ledger of version 1 or 2, or from none: decisions stay, and so does every table that is as it should be;
    /// others are made anew, and their stages run again.
    private static func toVersion3(_ database: Database) throws {
        try database.execute(sql: "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        for table in LedgerTable.all where try !table.isCurrent(database) {
            if let stage = table.stage {
                try Ledger.takeBack(stage, database)
                try database.execute(sql: "DROP TABLE IF EXISTS \(table.name); \(table.statement)")
            } else {
                try LedgerTable.carryDecisions(database)
            }
        }
        try database.execute(
            sql: """
                CREATE INDEX IF NOT EXISTS prediction_image ON prediction (image);
                INSERT OR REPLACE INTO meta VALUES ('schema_version', '3');
                """)
    }
}

extension LedgerTable {
    /// Whether the table is there with these columns, and its rows say what they say today.
    fileprivate func isCurrent(_ database: Database) throws -> Bool {
        func compact(_ text: String) -> String { text.filter { !$0.isWhitespace } }
        let found = try String.fetchOne(
            database, sql: "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", arguments: [name])
        guard let found, compact(found) == compact(statement) else { return false }
        return try name != LedgerTable.finding.name || LedgerTable.findingsHaveVerdicts(database)
    }
}
