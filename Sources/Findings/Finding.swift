/// How much a finding matters to training.
public enum Severity: String, Word, Comparable {
    /// Worth knowing.
    case note
    /// Probably wrong.
    case warning
    /// Training drops it or learns something wrong from it.
    case error

    private var rank: Int {
        switch self {
        case .note: 0
        case .warning: 1
        case .error: 2
        }
    }

    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
}

/// What becomes of a row or an image in training.
public enum TrainerVerdict: String, Word {
    /// Trained on as it stands.
    case kept
    /// Never seen by training.
    case dropped
    /// Trained on in another form: clipped, turned, as the box around it.
    case altered
    /// Trained on as something that it is not.
    case readWrong = "read wrong"
    /// Training does not start.
    case stops
}

/// What training does with something, and how that comes.
public struct TrainerEffect: Hashable, Sendable {
    /// What becomes of it.
    public let verdict: TrainerVerdict
    /// How that comes, in words that follow the verdict and a colon.
    public let reason: String

    /// - Parameter reason: in words that follow the verdict and a colon.
    public init(_ verdict: TrainerVerdict, _ reason: String) {
        self.verdict = verdict
        self.reason = reason
    }

    /// It is trained on as it stands.
    public static func kept(_ reason: String) -> TrainerEffect { TrainerEffect(.kept, reason) }
    /// Training never sees it.
    public static func dropped(_ reason: String) -> TrainerEffect { TrainerEffect(.dropped, reason) }
    /// It is trained on in another form.
    public static func altered(_ reason: String) -> TrainerEffect { TrainerEffect(.altered, reason) }
    /// It is trained on as something that it is not.
    public static func readWrong(_ reason: String) -> TrainerEffect { TrainerEffect(.readWrong, reason) }
    /// Training does not start.
    public static func stops(_ reason: String) -> TrainerEffect { TrainerEffect(.stops, reason) }

    /// `dropped: …`, as tables and reports print it.
    public var text: String { "\(verdict.rawValue): \(reason)" }

    /// What `text` made, turned back.
    ///
    /// - Throws: `UnknownWord` where the text begins with no verdict.
    public init(text: String) throws {
        let end = text.firstRange(of: ": ")
        let word = String(text[..<(end?.lowerBound ?? text.endIndex)])
        self.init(try TrainerVerdict(word: word, at: "effect"), end.map { String(text[$0.upperBound...]) } ?? "")
    }
}

extension TrainerEffect: Codable {
    /// - Throws: `UnknownWord` where the text begins with no verdict.
    public init(from decoder: any Decoder) throws {
        try self.init(text: decoder.singleValueContainer().decode(String.self))
    }

    /// One text, as it is printed.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// One thing that a rule found, in words for a person and in fields for a program.
///
/// The fields and their names are the public JSON form (docs/formats.md); they are only ever added to.
public struct Finding: Hashable, Sendable, Codable {
    /// Stable code of the rule, for example `B003`.
    public var code: String
    /// The rule's own, or what a person has set for its code.
    public var severity: Severity
    /// Path relative to the dataset's root.
    public var file: String
    /// 1-based; nil where the finding is about the file as a whole.
    public var line: Int?
    /// 1-based, in bytes; nil where there is none.
    public var column: Int?
    /// What was found.
    public var message: String
    /// What training would do with it.
    public var effect: TrainerEffect
    /// What to do about it.
    public var fix: String

    /// - Parameter file: relative to the dataset's root; line and column count from 1.
    public init(
        code: String, severity: Severity, file: String, line: Int? = nil, column: Int? = nil,
        message: String, effect: TrainerEffect, fix: String
    ) {
        self.code = code
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.effect = effect
        self.fix = fix
    }
}
