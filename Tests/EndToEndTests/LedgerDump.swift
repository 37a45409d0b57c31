import Foundation
import GRDB

/// The contents of a ledger as text, table by table.
enum LedgerDump {
    static func text(_ path: String) throws -> String {
        let queue = try DatabaseQueue(path: path)
        return try queue.read { database in
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            return try tables.map { table in
                let rows = try Row.fetchAll(database, sql: "SELECT * FROM \"\(table)\" ORDER BY rowid")
                return table + "\n" + rows.map { "\($0)" }.joined(separator: "\n")
            }.joined(separator: "\n")
        }
    }
}
