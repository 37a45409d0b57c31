/// What anchors are fitted for.
public struct AnchorSettings: Sendable, Hashable {
    /// What the model is fed.
    public var input: TrainingInput
    /// How many anchors at which strides.
    public var levels: AnchorLevels
    /// The sizes at which training shows a box.
    public var variation = SizeVariation.none
    /// How much the boxes of each class count.
    public var classWeights = ClassWeights.uniform
    /// How anchors are found.
    public var fit: AnchorFit.Options
    /// Folds of the cross-validation; 0 for none.
    public var folds = 5
    /// Prove an upper bound on the fitness.
    public var certifies = false

    /// Every box the same, at one size, with five folds.
    public init(input: TrainingInput, levels: AnchorLevels, seed: UInt64) {
        self.input = input
        self.levels = levels
        fit = AnchorFit.Options(count: levels.count, seed: seed)
    }
}
