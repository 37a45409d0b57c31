/// One folder or list of a split.
public struct SplitSource: Sendable, Hashable {
    /// As data.yaml has it.
    public let written: String
    /// As the trainer has it once it has put it together: labels are looked for by this text. It may be relative to
    /// the working directory, and is empty for that itself.
    public let text: String
    /// Absolute, to open it by.
    public let path: String
    /// Whether a link was followed on the way to it.
    public var isLink = false
    /// What lines of a list begin with that is not there: `data/` of an archive that was unpacked elsewhere.
    public var strayPrefix = ""
    /// 1-based line in data.yaml.
    public let line: Int
    /// 1-based column in data.yaml.
    public let column: Int
}
