/// What may stand at the end of a command line that is being written.
///
/// Shells ask the tool itself, so that one implementation serves all of them, and a command is completed without the name
/// of the subcommand that runs by default.
public struct Completion: Sendable, Hashable {
    /// A word that fits.
    public struct Word: Sendable, Hashable {
        /// The whole word, for example `--trainer=yolov5` where `--trainer=` was there.
        public var text: String
        /// In a few words; empty where there is nothing to say.
        public var help: String
    }

    /// Words that begin as what was written, in the order of `--help`.
    public private(set) var words: [Word] = []
    /// Whether files fit as well.
    public private(set) var takesFiles = false
    /// Whether folders fit as well.
    public private(set) var takesFolders = false

    /// The first argument by which a shell asks a tool; the words of the command line follow it, the last of them being the
    /// one that is written.
    public static let question = "---complete"

    /// - Parameters:
    ///   - words: what follows the tool's name, up to the cursor; the last is empty where a new word begins.
    ///   - also: further first words of the tool with what they do.
    public init(_ tree: CommandTree, words given: [String], also: [(text: String, help: String)] = []) {
        let current = given.last ?? ""
        var place = Place(tree.root)
        for word in given.dropLast() { place.pass(word) }
        if let option = place.waiting {
            offer(values: option, current, before: "")
        } else if !place.isVerbatim, current.hasPrefix("-") {
            if let equals = current.firstIndex(of: "="), let option = place.option(String(current[..<equals])) {
                let start = current.index(after: equals)
                offer(values: option, String(current[start...]), before: String(current[..<start]))
            } else {
                for option in place.options { offer(option, current) }
            }
        } else {
            if place.mayDescend {
                for command in place.command.shownSubcommands {
                    offer(command.commandName, command.abstract, current)
                }
                if place.command.commandName == tree.name {
                    for word in also { offer(word.text, word.help, current) }
                }
            }
            if let positional = place.positional { offer(values: positional, current, before: "") }
        }
    }

    /// A line a word, `word⇥help`, then `files` and `folders` where they fit, each after a line's kind: what the scripts read.
    public var text: String {
        words.map { "word\t\($0.text)\t\($0.help)\n" }.joined() + (takesFiles ? "files\n" : "")
            + (takesFolders ? "folders\n" : "")
    }

    private mutating func offer(_ text: String, _ help: String?, _ current: String) {
        guard text.hasPrefix(current), !words.contains(where: { $0.text == text }) else { return }
        let line = (help ?? "").split { $0.isNewline || $0 == "\t" }.joined(separator: " ")
        words.append(Word(text: text, help: line))
    }

    /// All long names; the short one where that is all there is.
    private mutating func offer(_ option: ArgumentInfo, _ current: String) {
        let names = option.names ?? []
        let long = names.filter { $0.kind == .long }
        for name in long.isEmpty ? names : long { offer(name.written, option.abstract, current) }
    }

    private mutating func offer(values option: ArgumentInfo, _ current: String, before: String) {
        takesFiles = option.completionKind?.file != nil
        takesFolders = option.completionKind?.directory != nil
        for word in option.words where word.hasPrefix(current) {
            words.append(Word(text: before + word, help: option.allValueDescriptions?[word] ?? ""))
        }
    }
}

/// How far a command line has come.
private struct Place {
    /// The command that the words so far have led to.
    private(set) var command: CommandInfo
    /// The option whose value comes next.
    private(set) var waiting: ArgumentInfo?
    /// Whether `--` has come, behind which nothing is an option.
    private(set) var isVerbatim = false
    private var given: Set<String> = []
    private var positionalCount = 0

    init(_ root: CommandInfo) { command = root }

    /// Whether a subcommand's name may follow.
    var mayDescend: Bool { positionalCount == 0 && !isVerbatim && given.isEmpty && !command.shownSubcommands.isEmpty }

    /// The argument without a name that comes next.
    var positional: ArgumentInfo? {
        let all = (command.fallback ?? command).positionals
        if all.indices.contains(positionalCount) { return all[positionalCount] }
        return all.last.flatMap { $0.isRepeating ? $0 : nil }
    }

    /// Those that have not been given, the default subcommand's first.
    var options: [ArgumentInfo] {
        ((command.fallback?.shownOptions ?? []) + command.shownOptions).filter { option in
            option.isRepeating || !(option.names ?? []).contains { given.contains($0.written) }
        }
    }

    func option(_ written: String) -> ArgumentInfo? { command.option(written) ?? command.fallback?.option(written) }

    mutating func pass(_ word: String) {
        if waiting != nil {
            waiting = nil
        } else if isVerbatim {
            positionalCount += 1
        } else if word == "--" {
            isVerbatim = true
        } else if word.hasPrefix("-"), word != "-" {
            let name = String(word.prefix { $0 != "=" })
            given.insert(name)
            if name == word, let option = option(name), option.kind == .option { waiting = option }
        } else if mayDescend, let next = command.subcommand(word) {
            command = next
        } else {
            positionalCount += 1
        }
    }
}
