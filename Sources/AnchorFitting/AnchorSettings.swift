/// What anchors are fitted for.
public struct AnchorSettings: Sendable, Hashable {
    public var input: TrainingInput
    public var levels: AnchorLevels
    public var variation = SizeVariation.none
    public var classWeights = ClassWeights.uniform
    public var fit: AnchorFit.Options
    /// Folds of the cross-validation; 0 for none.
    public var folds = 5
    /// Prove an upper bound on the fitness.
    public var certifies = false

    public init(input: TrainingInput, levels: AnchorLevels, seed: UInt64) {
        self.input = input
        self.levels = levels
        fit = AnchorFit.Options(count: levels.count, seed: seed)
    }
}
