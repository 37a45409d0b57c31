/// What anchors are fitted to and measured on.
public struct BoxSizes: Sendable {
    /// Positive and finite, in pixels.
    public var sizes: [AnchorSize]
    /// How much each box counts; nil when all count the same.
    public var weights: [Double]?
    /// The factors at which training shows each box.
    public var variation: SizeVariation

    /// - Parameters:
    ///   - sizes: positive and finite, in pixels.
    ///   - weights: one for each size; nil when all count the same.
    public init(_ sizes: [AnchorSize], weights: [Double]? = nil, variation: SizeVariation = .none) {
        self.sizes = sizes
        self.weights = weights
        self.variation = variation
    }

    /// Whether there is no box.
    public var isEmpty: Bool { sizes.isEmpty }

    /// The boxes at these places.
    func part(_ indices: [Int]) -> BoxSizes {
        BoxSizes(
            indices.map { sizes[$0] }, weights: weights.map { weights in indices.map { weights[$0] } },
            variation: variation)
    }
}
