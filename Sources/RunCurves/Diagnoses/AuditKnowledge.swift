/// What an audit of the same dataset knows, by which a diagnosis ends in a file.
public struct AuditKnowledge: Sendable {
    /// A rule with what it found.
    public struct Broken: Sendable {
        /// The rule's code.
        public let code: String
        /// How many findings it has.
        public let count: Int
        /// The first finding's file, relative to the dataset, and its words.
        public let file: String
        /// What that finding says.
        public let message: String

        /// The parameters are the properties of the same names.
        public init(code: String, count: Int, file: String, message: String) {
            (self.code, self.count, self.file, self.message) = (code, count, file, message)
        }
    }

    /// An image that pulls at the model.
    public struct Image: Sendable {
        /// Relative to the dataset.
        public let name: String
        /// Norm of its gradient.
        public let gradientNorm: Double
        /// Its loss as a batch of one.
        public let loss: Double

        /// The parameters are the properties of the same names.
        public init(name: String, gradientNorm: Double, loss: Double) {
            (self.name, self.gradientNorm, self.loss) = (name, gradientNorm, loss)
        }
    }

    /// Whether there is an audit at all.
    public var isThere = false
    /// By class id.
    public var classNames: [String] = []
    /// Label rows by class id.
    public var boxesByClass: [Int: Int] = [:]
    /// Of the label check, by code.
    public var broken: [Broken] = []
    /// Those of the largest gradient first.
    public var worstImages: [Image] = []
    /// Suspicions that are more likely than not, by kind.
    public var suspicionsByKind: [String: Int] = [:]
    /// The first such suspicion's image, by kind.
    public var suspiciousImage: [String: String] = [:]
    /// Those that accuse a row of a class, by class id.
    public var suspicionsByClass: [Int: Int] = [:]
    /// Best possible recall of the anchors in use.
    public var currentRecall: Double?
    /// Of the best anchors that there are.
    public var newRecall: Double?
    /// The share of images whose gradient is longer than 10, to which trainers clip.
    public var clippedShare: Double?

    /// Nothing is known.
    public init() {}

    /// The findings of a rule.
    func broken(_ codes: String...) -> Broken? {
        codes.lazy.compactMap { code in broken.first { $0.code == code } }.first
    }

    /// A step that looks at what a rule found; nil where it found nothing.
    func step(_ codes: String..., reason: String) -> FirstStep? {
        for code in codes {
            guard let found = broken.first(where: { $0.code == code }) else { continue }
            return FirstStep("\(reason): \(code) \(found.message) (\(found.count) in all)", file: found.file)
        }
        return nil
    }

    /// The images of the largest gradient, as steps.
    func imageSteps(_ count: Int = 3) -> [FirstStep] {
        worstImages.prefix(count).map {
            FirstStep(
                "look at \($0.name): gradient \(Self.short($0.gradientNorm)), loss \(Self.short($0.loss))",
                file: $0.name)
        }
    }

    static func short(_ value: Double) -> String { RunFigure.text(value) }
}
