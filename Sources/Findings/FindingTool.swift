/// What found the findings, for the forms that say so.
public struct FindingTool: Sendable {
    /// A rule that findings name by its code.
    public struct Rule: Sendable {
        /// In a few words.
        public var name: String
        /// What it looks for, why, and what to do, in Markdown.
        public var help: String

        /// Where its page is published; nil for nowhere.
        public var address: String?

        /// - Parameters:
        ///   - help: in Markdown.
        ///   - address: where its page is published; nil for nowhere.
        public init(name: String, help: String, address: String? = nil) {
            (self.name, self.help, self.address) = (name, help, address)
        }
    }

    /// The folder that paths are relative to.
    public struct Base: Sendable {
        /// What SARIF calls it.
        public var name: String
        /// Absolute.
        public var folder: String

        /// - Parameter folder: absolute.
        public init(name: String, folder: String) { (self.name, self.folder) = (name, folder) }
    }

    /// Of the suite; empty where it does not matter.
    public var version: String
    /// By code.
    public var rules: [String: Rule]
    /// Nil where it does not matter.
    public var base: Base?

    /// A tool of which nothing is known is one too.
    public init(version: String = "", rules: [String: Rule] = [:], base: Base? = nil) {
        (self.version, self.rules, self.base) = (version, rules, base)
    }
}
