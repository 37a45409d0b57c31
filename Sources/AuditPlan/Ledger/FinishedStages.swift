import GRDB
import ToolOptions

/// What the table `meta` tells of stages.
extension Ledger {
    /// Digest of the inputs that a stage's rows and files were made from; nil while they are not whole.
    func finishedInputs(of stage: StageName) throws -> String? {
        try read("meta") {
            try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = ?", arguments: [Self.finishedKey(stage)])
        }
    }

    /// The same piece by piece; empty where an earlier version, which did not keep it, ran the stage.
    func finishedParts(of stage: StageName) throws -> [InputPart] {
        let text = try read("meta") {
            try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = ?", arguments: [Self.partsKey(stage)])
        }
        return InputPart.list(text ?? "")
    }

    /// Says that a stage's rows and files are whole, and what they were made from.
    func finish(_ stage: StageName, inputs: String, parts: [InputPart] = []) throws {
        let values = [(Self.finishedKey(stage), inputs), (Self.partsKey(stage), InputPart.text(parts))]
        try write("meta") { database in
            for (key, value) in values where !value.isEmpty {
                try database.execute(sql: "INSERT OR REPLACE INTO meta VALUES (?, ?)", arguments: [key, value])
            }
        }
    }

    /// Says that a stage's rows and files are about to change.
    func takeBack(_ stage: StageName) throws { try write("meta") { try Self.takeBack(stage, $0) } }

    static func takeBack(_ stage: StageName, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM meta WHERE key IN (?, ?)", arguments: [finishedKey(stage), partsKey(stage)])
    }

    private static func finishedKey(_ stage: StageName) -> String { "finished.\(stage.rawValue)" }
    private static func partsKey(_ stage: StageName) -> String { "finished.\(stage.rawValue).parts" }
}
