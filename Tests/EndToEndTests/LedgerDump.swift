import Foundation
import GRDB

/// The contents of a ledger as text, table by table.
enum LedgerDump {
    static func text(_ path: String) throws -> String {
        try tables(path).sorted { $0.key < $1.key }.map { $0.key + "\n" + $0.value }.joined(separator: "\n")
    }

    /// The rows of each table, by its name; what SQLite itself finds wrong with the file, as `integrity`.
    static func tables(_ path: String) throws -> [String: String] {
        let queue = try DatabaseQueue(path: path)
        return try queue.read { database in
            let names = try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            var tables: [String: String] = [:]
            for name in names {
                let rows = try Row.fetchAll(database, sql: "SELECT * FROM \"\(name)\" ORDER BY rowid")
                tables[name] = rows.map { "\($0)" }.joined(separator: "\n")
            }
            let problems = try String.fetchAll(database, sql: "PRAGMA integrity_check")
            if problems != ["ok"] { tables["integrity"] = problems.joined(separator: "\n") }
            return tables
        }
    }
}
