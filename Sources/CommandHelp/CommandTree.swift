import Foundation

/// A tool's commands and options, as ArgumentParser tells them: what completions and manual pages are made from.
public struct CommandTree: Sendable {
    private struct Dump: Decodable { var command: CommandInfo }

    /// The tool itself.
    let root: CommandInfo

    /// - Parameter dump: what `TOOL --experimental-dump-help` prints.
    /// - Throws: `DecodingError` where this is no such text.
    public init(dump: String) throws {
        root = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command
    }

    /// The name of the tool.
    public var name: String { root.commandName }
}
