import FileReading

/// Stages that several machines can divide among them.
public struct ShardedStageList: SettingValue, ExpressibleByArrayLiteral {
    /// In the order given.
    public let stages: [StageName]

    /// The stages that can be divided.
    public static let known: [StageName] = [.labels, .toxic]

    public static var form: SettingForm { .list(.words(known.map(\.rawValue))) }

    public init(setting text: String) throws {
        let words = ListText.elements(text)
        stages = try words.map { word in
            guard let stage = Self.known.first(where: { $0.rawValue == word }) else {
                throw SettingError(
                    "the stage “\(word)” cannot be divided",
                    "name \(Self.known.map(\.rawValue).joined(separator: ", ")), or some of them")
            }
            return stage
        }
        guard !stages.isEmpty else { throw SettingError("no stage is named", "write for example [labels, toxic]") }
        if Set(stages).count < stages.count { throw SettingError("a stage is named twice", "name each once") }
    }

    public init(arrayLiteral elements: String...) {
        guard let list = try? ShardedStageList(setting: ListText.text(elements)) else {
            preconditionFailure("a default that is no list of stages")
        }
        self = list
    }

    public var description: String { ListText.text(stages.map(\.rawValue)) }
}

/// How many shards a stage has: `auto`, or a number.
public struct ShardCount: SettingValue, ExpressibleByStringLiteral {
    /// Nil for `auto`.
    public let count: Int?

    public static var form: SettingForm {
        .text("auto, or a whole number from \(ShardBounds.range.lowerBound) to \(ShardBounds.range.upperBound)")
    }

    public init(setting text: String) throws {
        guard text != "auto" else {
            count = nil
            return
        }
        guard let number = Int(text), ShardBounds.range.contains(number) else { throw Self.refusal(of: text) }
        count = number
    }

    public init(stringLiteral text: String) {
        guard let value = try? ShardCount(setting: text) else { preconditionFailure("a default that is no count") }
        self = value
    }

    public var description: String { count.map { String($0) } ?? "auto" }
}

/// Workers at once.
public enum WorkerBounds: WholeBounds { public static let range = 1...100_000 }
/// How often something is tried again.
public enum RetryBounds: WholeBounds { public static let range = 0...100 }

/// The path of an executable on machines that work; not a file of this one.
public struct ProgramPath: SettingValue {
    /// A name that is looked for in `PATH`, or a path.
    public let path: String

    public static var form: SettingForm { .text("the path of an executable") }

    public init(setting text: String) throws {
        guard !text.isEmpty, !text.hasPrefix("-"), text.unicodeScalars.allSatisfy({ $0.value >= 32 }) else {
            throw Self.refusal(of: text)
        }
        path = text
    }

    public var description: String { path }
}

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
