/// What a gradient adds up to.
public struct GradientSummary: Sendable, Hashable {
    /// ‖gradient‖² of each group of parameters.
    public var squares: [Double]
    /// Its count sketch: bucket[h(i)] = Σ sign(i)·gᵢ over the running index of all trainable values.
    public var sketch: [Double]

    /// A summary by its figures.
    public init(squares: [Double], sketch: [Double]) {
        self.squares = squares
        self.sketch = sketch
    }
}

/// Which parameters' gradients are added up together, and where each stands in a sketch.
public struct GradientGroups: Hashable, Sendable {
    /// One parameter that has a gradient.
    struct Part: Hashable {
        var parameter: Int
        var group: Int
        /// The running index of its first value among those of all trainable parameters, out of scope or not.
        var first: Int
    }

    let parts: [Part]
    /// How many groups there are.
    public let count: Int

    /// - Parameters:
    ///   - count: of groups.
    ///   - group: that of a parameter, by its index; below `count`.
    public init(_ graph: NetworkGraph, count: Int, group: (Int) -> Int) {
        var (parts, first): ([Part], Int) = ([], 0)
        for (index, parameter) in graph.parameters.enumerated() where parameter.isTrainable {
            let own = group(index)
            precondition((0..<count).contains(own), "a group of its own count")
            parts.append(Part(parameter: index, group: own, first: first))
            first += parameter.values.count
        }
        self.parts = parts
        self.count = count
    }
}

extension CompiledNetwork {
    /// The sums of gradients that lie in this machine's memory, or are fetched to it.
    public func gradientSummary(groups: GradientGroups, seed: UInt64, buckets: Int) throws -> GradientSummary {
        try summarizedHere(groups: groups, seed: seed, buckets: buckets)
    }

    /// What is done unless a network does it where its gradients lie.
    package func summarizedHere(groups: GradientGroups, seed: UInt64, buckets: Int) throws -> GradientSummary {
        var squares = [Double](repeating: 0, count: groups.count)
        var sketch = [Double](repeating: 0, count: buckets)
        for part in groups.parts {
            try withGradient(ofParameter: part.parameter) { gradient in
                guard let gradient else { return }
                squares[part.group] += VectorKernels.sumOfSquares(gradient)
                VectorKernels.addToCountSketch(gradient, first: part.first, seed: seed, buckets: &sketch)
            }
        }
        return GradientSummary(squares: squares, sketch: sketch)
    }
}
