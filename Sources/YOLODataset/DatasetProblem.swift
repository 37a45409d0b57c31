/// Something about data.yaml or its paths that a trainer stumbles over.
public struct DatasetProblem: Sendable, Hashable {
    /// What it is about, by the rule that reports it.
    public enum Subject: Sendable, Hashable {
        /// The text of data.yaml: D001.
        case text
        /// A split or `path` that leads nowhere: D004.
        case path
        /// What data.yaml lacks, or says in a form that is none: D019.
        case content
        /// `nc` and `names`: D002.
        case classes
        /// What depends on the folder that training is started in: D021.
        case workingFolder
        /// Names or lines that lose something: D022.
        case lines
    }

    /// How much it matters.
    public enum Weight: Sendable, Hashable {
        /// Worth knowing.
        case note
        /// Something is lost, or goes wrong elsewhere.
        case warning
        /// Training does not start.
        case stops
    }

    /// What it is about.
    public let subject: Subject
    /// How much it matters.
    public let weight: Weight
    /// 1-based line in data.yaml.
    public let line: Int
    /// 1-based column in data.yaml.
    public let column: Int
    /// In words that stand by themselves.
    public let message: String
    /// What to do about it, as an order without its full stop.
    public let wayOut: String
    /// The split that it is about; nil for the dataset as a whole.
    public let split: String?

    /// Whether training does not start because of it.
    public var stops: Bool { weight == .stops }
}
