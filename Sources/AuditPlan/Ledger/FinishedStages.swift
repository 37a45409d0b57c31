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

    /// Says that a stage's rows and files are whole, and what they were made from.
    func finish(_ stage: StageName, inputs: String) throws {
        try write("meta") {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO meta VALUES (?, ?)", arguments: [Self.finishedKey(stage), inputs])
        }
    }

    /// Says that a stage's rows and files are about to change.
    func takeBack(_ stage: StageName) throws { try write("meta") { try Self.takeBack(stage, $0) } }

    static func takeBack(_ stage: StageName, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [finishedKey(stage)])
    }

    private static func finishedKey(_ stage: StageName) -> String { "finished.\(stage.rawValue)" }
}
