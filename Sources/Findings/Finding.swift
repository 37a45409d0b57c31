/// How much a finding matters to training.
public enum Severity: String, Codable, Sendable, Comparable, CaseIterable {
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

/// One thing that a rule found, in words for a person and in fields for a program.
///
/// The fields and their names are the public JSON form (docs/formats.md); they are only ever added to.
public struct Finding: Hashable, Sendable {
    /// Stable code of the rule, for example `B003`.
    public var code: String
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
    public var effect: String
    /// What to do about it.
    public var fix: String

    public init(
        code: String, severity: Severity, file: String, line: Int? = nil, column: Int? = nil,
        message: String, effect: String, fix: String
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
