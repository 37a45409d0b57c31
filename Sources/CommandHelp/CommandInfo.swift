/// A command as `--experimental-dump-help` tells it; ArgumentParser makes its own types of no use to others.
struct CommandInfo: Decodable, Sendable {
    var superCommands: [String]?
    var isShown: Bool?
    var commandName: String
    var aliases: [String]?
    var abstract: String?
    var discussion: String?
    var defaultSubcommand: String?
    var subcommands: [CommandInfo]?
    var arguments: [ArgumentInfo]?

    enum CodingKeys: String, CodingKey {
        case isShown = "shouldDisplay"
        case superCommands, commandName, aliases, abstract, discussion, defaultSubcommand, subcommands, arguments
    }
}

/// An argument, an option or a flag of a command.
struct ArgumentInfo: Decodable, Sendable {
    enum Kind: String, Decodable, Sendable { case positional, option, flag }

    struct Name: Decodable, Sendable {
        enum Kind: String, Decodable, Sendable { case long, short, longWithSingleDash }

        var kind: Kind
        var name: String

        /// With its dashes.
        var written: String { kind == .long ? "--\(name)" : "-\(name)" }
    }

    /// How its value is completed: an object with one key, the kind.
    struct Completing: Decodable, Sendable {
        struct List: Decodable, Sendable { var values: [String] }
        struct Other: Decodable, Sendable {}

        var list: List?
        var file: Other?
        var directory: Other?
    }

    var kind: Kind
    var shouldDisplay: Bool
    var sectionTitle: String?
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var allValues: [String]?
    var allValueDescriptions: [String: String]?
    var completionKind: Completing?
    var abstract: String?
    var discussion: String?

    /// The words that its value may be; empty where it may be anything.
    var words: [String] { completionKind?.list?.values ?? allValues ?? [] }
}

extension CommandInfo {
    /// Subcommands that a person is shown.
    var shownSubcommands: [CommandInfo] { (subcommands ?? []).filter { $0.isShown ?? true } }

    /// The subcommand that runs where none is named.
    var fallback: CommandInfo? {
        defaultSubcommand.flatMap { name in subcommands?.first { $0.commandName == name } }
    }

    /// The subcommand of that name, or of that alias.
    func subcommand(_ name: String) -> CommandInfo? {
        subcommands?.first { $0.commandName == name || $0.aliases?.contains(name) ?? false }
    }

    /// Options and flags, as far as `--help` shows them.
    var shownOptions: [ArgumentInfo] { (arguments ?? []).filter { $0.kind != .positional && $0.shouldDisplay } }

    /// Arguments without a name, in order.
    var positionals: [ArgumentInfo] { (arguments ?? []).filter { $0.kind == .positional } }

    /// The option or flag that is written so: `--trainer`, `-q`.
    func option(_ written: String) -> ArgumentInfo? {
        (arguments ?? []).first { $0.names?.contains { $0.written == written } ?? false }
    }

    /// With the commands above it: `assay plan init`.
    var fullName: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }
}
