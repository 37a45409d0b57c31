import NeuralKernels

/// What is known of nodes before there is an image: their channels, and how much smaller than the image they are.
struct NodeFacts {
    struct Fact {
        /// Nil where the node does not say.
        var channels: Int?
        /// Pixels of the image a pixel; nil where an enlargement does not divide it.
        var scale: Int?
    }

    private var known: [Fact] = []

    /// Of a node of a graph that only grows.
    mutating func of(_ node: Int, in graph: NetworkGraph) -> Fact {
        // One after the other: a graph may be deeper than a thread's stack.
        while known.count <= node { known.append(fact(graph.nodes[known.count])) }
        return known[node]
    }

    private func fact(_ node: NetworkGraph.Node) -> Fact {
        let inputs = node.inputs.compactMap { known.indices.contains($0) ? known[$0] : nil }
        guard let first = inputs.first else { return Fact(channels: 3, scale: 1) }
        var fact = first
        switch node.operation {
        case .input: break
        case .convolution(let made):
            fact.channels = made.outChannels
            fact.scale = first.scale.map { $0 * made.stride }
        case .maxPool(_, let stride, _): fact.scale = first.scale.map { $0 * stride }
        case .upsampleNearest(let factor): fact.scale = first.scale.flatMap { $0 % factor == 0 ? $0 / factor : nil }
        case .pixelShuffle(let factor):
            fact.channels = first.channels.map { $0 / (factor * factor) }
            fact.scale = first.scale.flatMap { $0 % factor == 0 ? $0 / factor : nil }
        case .slice(_, let count): fact.channels = count
        case .attention(let attention): fact.channels = attention.heads * attention.valueChannels
        case .concatenate:
            let parts = inputs.compactMap(\.channels)
            fact.channels = parts.count == inputs.count ? parts.reduce(0, +) : nil
        case .add, .activation, .detach: break
        }
        if let channels = fact.channels, !(0...1 << 24).contains(channels) { fact.channels = nil }
        if let scale = fact.scale, scale > 1 << 20 { fact.scale = nil }
        return fact
    }
}
