import Findings

/// What a rule is about, for `explain`, for docs/rules.md and for its own tests.
public struct RuleDocumentation: Sendable {
    /// Stable; the letter is the family.
    public let code: String
    /// In a few words.
    public let name: String
    /// Of most of its findings; a finding may be milder.
    public let severity: Severity
    /// What the rule finds, in a sentence or two.
    public let what: String
    /// What training makes of it.
    public let why: String
    /// The way out, as an order without its full stop; findings carry it.
    public let fix: String
    /// What it means for the dataset as a whole when most label files have it: one error of the tool that wrote them,
    /// which is then reported once. Nil where each finding stands for itself.
    public let systematic: String?
    /// The task whose datasets the rule is about; nil for all. Examples of poses have two key points of three numbers.
    public let task: DatasetTask?
    /// Label files, for the rules that look at label text: those that the rule must find, and those that it must not.
    public let triggering: [String]
    /// Label files in which the rule must find nothing.
    public let clean: [String]

    /// A test holds the code to the name of the rule's file.
    public init(
        code: String, name: String, severity: Severity, what: String, why: String, fix: String,
        systematic: String? = nil, task: DatasetTask? = nil, triggering: [String] = [], clean: [String] = []
    ) {
        self.code = code
        self.name = name
        self.severity = severity
        self.what = what
        self.why = why
        self.fix = fix
        self.systematic = systematic
        self.task = task
        self.triggering = triggering
        self.clean = clean
    }
}

extension RuleDocumentation {
    /// The rule's section in Markdown.
    public var page: String {
        var text =
            "## \(code) \(name) (\(severity.rawValue))\n\n\(about)\(what)\n\n**Why.** \(why)\n\n**Fix.** \(fix).\n"
        if !triggering.isEmpty { text += "\nFound in:\n\n" + Self.block(triggering) }
        if !clean.isEmpty { text += "\nNot found in:\n\n" + Self.block(clean) }
        return text
    }

    private var about: String { task.map { "Of a \($0.title): " } ?? "" }

    private static func block(_ examples: [String]) -> String {
        let shown = examples.map { example in
            example.isEmpty
                ? "(nothing)"
                : example.replacing("\0", with: "␀").split(separator: "\n", omittingEmptySubsequences: false)
                    .joined(separator: "⏎")
        }
        return "```\n" + shown.joined(separator: "\n") + "\n```\n"
    }
}
