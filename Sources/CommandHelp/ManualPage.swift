/// The manual page of a tool, made from the same help that `--help` prints, in roff with the macros of man(7).
public struct ManualPage: Sendable {
    private let root: CommandInfo
    private let version: String
    private let others: [String]

    /// - Parameters:
    ///   - version: of the suite.
    ///   - others: the tools whose pages this one refers to.
    public init(_ tree: CommandTree, version: String, others: [String]) {
        root = tree.root
        self.version = version
        self.others = others.filter { $0 != tree.root.commandName }
    }

    /// `assay-labels.1`
    public var fileName: String { "\(root.commandName).1" }

    /// The page. The same help gives the same bytes: it bears no date.
    public var text: String {
        var roff = Roff()
        roff.request("TH", [root.commandName.uppercased(), "1", "", "assay \(version)", "Assay"])
        roff.section("NAME")
        // `name \- text` is what indexes of manual pages are made of.
        roff.raw("\(Roff.escaped(root.commandName)) \\- \(Roff.escaped(Self.phrase(root.abstract)))")
        roff.section("SYNOPSIS")
        for command in [root] + root.shownSubcommands where command.shownSubcommands.isEmpty || command.fallback != nil
        {
            roff.synopsis(command)
        }
        for group in root.shownSubcommands { for command in group.shownSubcommands { roff.synopsis(command) } }
        if let discussion = root.discussion {
            roff.section("DESCRIPTION")
            roff.paragraphs(discussion)
        }
        let main = root.fallback ?? root
        roff.section(
            root.fallback.map { "OPTIONS OF \($0.commandName.uppercased()), WHICH RUNS BY DEFAULT" } ?? "OPTIONS")
        roff.options(of: main)
        let commands = root.shownSubcommands.filter { $0.commandName != "help" && $0.commandName != main.commandName }
        if !commands.isEmpty { roff.section("COMMANDS") }
        for command in commands { add(command, to: &roff) }
        roff.section("EXIT STATUS")
        roff.paragraphs("0 clean, 1 findings, 2 wrong usage or environment.")
        roff.section("SEE ALSO")
        roff.raw(others.map { "\\fB\(Roff.escaped($0))\\fR(1)" }.joined(separator: ", "))
        return roff.text
    }

    private func add(_ command: CommandInfo, to roff: inout Roff) {
        guard command.shownSubcommands.isEmpty else {
            for sub in command.shownSubcommands { add(sub, to: &roff) }
            return
        }
        roff.subsection(command.fullName)
        roff.paragraphs([command.abstract, command.discussion].compactMap(\.self).joined(separator: "\n\n"))
        roff.options(of: command)
    }

    /// An abstract without its full stop.
    private static func phrase(_ abstract: String?) -> String {
        let text = abstract ?? ""
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}

/// Text in roff, line by line.
private struct Roff {
    private(set) var text = ""

    /// Whatever a person wrote, as it stands on the page: no backslash, dash or dot of it is an order.
    static func escaped(_ text: String) -> String {
        var line = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        if line.hasPrefix(".") || line.hasPrefix("'") { line = "\\&" + line }
        return line
    }

    mutating func raw(_ line: String) { text += line + "\n" }

    mutating func request(_ name: String, _ arguments: [String]) {
        raw(
            ".\(name) "
                + arguments.map { "\"\(Self.escaped($0).replacing("\"", with: "\\(dq"))\"" }.joined(separator: " "))
    }

    mutating func section(_ title: String) { request("SH", [title]) }

    mutating func subsection(_ title: String) { request("SS", [title]) }

    /// Lines as they are; an empty one begins a paragraph.
    mutating func paragraphs(_ words: String) {
        for (number, line) in words.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty {
                raw(".PP")
            } else {
                if number > 0, text.hasSuffix(".PP\n") == false { raw(".br") }
                raw(Self.escaped(String(line)))
            }
        }
    }

    mutating func synopsis(_ command: CommandInfo) {
        raw(".br")
        var line = "\\fB\(Self.escaped(command.fullName))\\fR"
        let shown = command.fallback ?? command
        for argument in shown.positionals {
            let name = "\\fI\(Self.escaped(argument.valueName ?? "argument"))\\fR"
            line += argument.isOptional ? " [\(name)]" : " \(name)"
        }
        for option in shown.shownOptions where !option.isOptional && option.kind == .option {
            line += " \(Self.names(option))"
        }
        raw(line + (shown.shownOptions.isEmpty ? "" : " [\\fIoptions\\fR]"))
    }

    mutating func options(of command: CommandInfo) {
        var title: String?
        for argument in command.positionals + command.shownOptions {
            if argument.sectionTitle != title {
                title = argument.sectionTitle
                if let title {
                    raw(".PP")
                    raw("\\fI\(Self.escaped(title))\\fR")
                }
            }
            raw(".TP")
            raw(Self.names(argument))
            paragraphs([argument.abstract, argument.discussion].compactMap(\.self).joined(separator: "\n"))
        }
    }

    /// `--trainer trainer`
    private static func names(_ argument: ArgumentInfo) -> String {
        let value = "\\fI\(escaped(argument.valueName ?? "value"))\\fR"
        guard argument.kind != .positional else { return value }
        let names = (argument.names ?? []).map { "\\fB\(escaped($0.written))\\fR" }.joined(separator: ", ")
        return argument.kind == .option ? "\(names) \(value)" : names
    }
}
