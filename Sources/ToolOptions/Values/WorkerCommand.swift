/// A shell command with words in braces, which starts a worker for one shard, or workers for many.
public struct WorkerCommand: SettingValue {
    /// What stands for something else in a command.
    public enum Word: String, CaseIterable, Sendable {
        /// The worker's own command, but for the shard.
        case work
        /// The path of assay.
        case assay
        /// The path of the plan.
        case plan
        /// The stage.
        case stage
        /// The shard, from 0: the command is then run once a shard.
        case index
        /// All shards that are missing, with blanks between them: the command is then run once.
        case indices
        /// A file with the shards that are missing, one a line: the command is then run once.
        case file
        /// How many shards there are.
        case shards
        /// Threads of a worker.
        case cpus
        /// How many workers there may be at once.
        case workers
        /// Which of the commands that run at once this is, from 0.
        case worker

        /// As it is written.
        public var text: String { "{\(rawValue)}" }
    }

    /// As it was written.
    public let text: String
    /// The words that it has.
    public let words: Set<Word>

    public static var form: SettingForm { .text("a shell command with {index}, {indices} or {file}") }

    public init(setting text: String) throws {
        guard !text.utf8.contains(0) else { throw Self.refusal(of: text) }
        var words: Set<Word> = []
        for case .word(let name) in Self.pieces(text) {
            guard let word = Word(rawValue: name) else {
                throw SettingError(
                    "“{\(name)}” stands for nothing",
                    "use \(Word.allCases.map(\.text).joined(separator: " ")), or put the command into a script")
            }
            words.insert(word)
        }
        let which = [Word.index, .indices, .file].filter(words.contains)
        guard which.count == 1 else {
            let message =
                which.isEmpty
                ? "the command does not say which shards" : "\(which[0].text) and \(which[1].text) do not go together"
            throw SettingError(message, "use one of {index}, {indices} and {file}")
        }
        if words.contains(.worker), which != [.index] {
            throw SettingError("{worker} is of a command for each shard", "use {index}, or leave {worker} out")
        }
        guard !words.isDisjoint(with: [.work, .plan]) else {
            throw SettingError("the command does not say which plan", "use {work}, or {plan}")
        }
        guard !words.isDisjoint(with: [.work, .stage]) else {
            throw SettingError("the command does not say which stage", "use {work}, or {stage}")
        }
        (self.text, self.words) = (text, words)
    }

    public var description: String { text }

    public static func == (a: WorkerCommand, b: WorkerCommand) -> Bool { a.text == b.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// Whether it is run once for each shard, and not once for all that are missing.
    public var isForEach: Bool { words.contains(.index) }

    /// The command with texts in place of its words.
    public func filled(_ value: (Word) -> String) -> String {
        Self.pieces(text).map { piece in
            switch piece {
            case .text(let text): text
            case .word(let name): Word(rawValue: name).map(value) ?? ""
            }
        }.joined()
    }

    private enum Piece {
        case text(String)
        case word(String)
    }

    /// The text cut at words in braces: letters alone, and not a variable of the shell, as `${HOME}` is.
    private static func pieces(_ text: String) -> [Piece] {
        var pieces: [Piece] = []
        var plain = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let start = rest.index(after: open)
            let name = rest[start...].prefix { $0.isASCII && $0.isLowercase }
            let isVariable = open > rest.startIndex ? rest[rest.index(before: open)] == "$" : plain.hasSuffix("$")
            guard !name.isEmpty, !isVariable, name.endIndex < rest.endIndex, rest[name.endIndex] == "}" else {
                plain += rest[...open]
                rest = rest[start...]
                continue
            }
            pieces += [.text(plain + rest[..<open]), .word(String(name))]
            plain = ""
            rest = rest[rest.index(after: name.endIndex)...]
        }
        return pieces + [.text(plain + rest)]
    }
}
