/// Of which parameters the gradient is wanted.
public enum GradientScope: Hashable, Sendable {
    /// Forward only.
    case none
    /// Scales, shifts and biases of every layer, and the weights of those layers that have at most so many.
    case small(mostWeights: Int)
    /// Parameters of nodes from this one on.
    case from(node: Int)
    /// Every trainable parameter.
    case full

    /// Whether a node's parameters are to have gradients, its weights perhaps excepted.
    package func includes(_ node: Int) -> Bool {
        switch self {
        case .none: false
        case .from(let first): node >= first
        case .full, .small: true
        }
    }

    /// Whether the weights of a node that is included are to have gradients, too.
    ///
    /// - Parameter count: how many they are.
    package func includesWeights(_ count: Int) -> Bool {
        if case .small(let most) = self { count <= most } else { true }
    }
}

/// How exactly gradients are computed; the forward pass is single always.
public enum Precision: String, Sendable, CaseIterable {
    case single
    /// What the backward passes of convolutions multiply, activations, weights and gradients, is rounded to 8 significant
    /// bits first; sums, and everything between the convolutions, are single.
    case bfloat16
}

/// What a backend computes on.
public enum ComputeDevice: String, Sendable, CaseIterable {
    /// Worker threads of this machine, each with networks of its own.
    case cpu
    /// A GPU of NVIDIA, each worker thread with a queue of its own.
    case cuda
}

/// Whether a backend can run a graph.
public enum GraphSupport: Hashable, Sendable {
    case whole
    /// The nodes that it cannot run and why, in the graph's order.
    case lacking([GraphError])
}

/// Something that can run networks. `BackendRegistry` holds those that a program has.
///
/// A backend says what it can do and prepares networks; `compile` and `compileForTraining` ask the former before the latter.
public protocol Backend: Sendable {
    /// By which a person chooses it, for example `onednn`.
    var name: String { get }

    /// Where its numbers are.
    var device: ComputeDevice { get }

    /// The version of the library that computes, for example `2.6.3`; nil where that is this package itself.
    var libraryVersion: String? { get }

    /// Which instructions of the CPU it uses, where that is not this package's own choice: other ones may give other last
    /// bits.
    var instructions: String? { get }

    /// Kernels of this package's own that it uses in the place of its library's, with their revision, such as `winograd 1`;
    /// nil where there are none. Results of others differ in their last bits. The same on every machine.
    var kernels: String? { get }

    /// Why it cannot run such a node, whatever the shapes: words about the backend such as `it has no attention`. Nil
    /// where it can.
    func refusal(of node: NetworkGraph.Node) -> String?

    /// Whether it computes in that precision, and this CPU has the instructions for it.
    func supports(_ precision: Precision) -> Bool

    /// `compile` for a graph without a node that the backend refuses.
    func prepare(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope, precision: Precision,
        sharing: SharedWeights?
    ) throws -> any CompiledNetwork

    /// `compileForTraining` for a graph without a node that the backend refuses.
    func prepareForTraining(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
    ) throws -> any TrainingNetwork
}

extension Backend {
    /// A backend of this package's own has no other version.
    public var libraryVersion: String? { nil }

    /// A backend of this package's own uses what `assay_vector_level` says.
    public var instructions: String? { nil }

    /// Most have none.
    public var kernels: String? { nil }

    /// Asks about every node of a graph.
    public func supports(_ graph: NetworkGraph) -> GraphSupport {
        let refused = graph.nodes.compactMap { node in
            refusal(of: node).map {
                GraphError(
                    node: node.name, reason: "the backend \(name) cannot run this: \($0); choose another (--backend)")
            }
        }
        return refused.isEmpty ? .whole : .lacking(refused)
    }

    /// - Throws: `GraphError` naming the first node that the backend cannot run, or that asks for too much.
    private func check(_ graph: NetworkGraph, _ input: TensorShape, _ gradient: GradientScope) throws {
        if case .lacking(let refused) = supports(graph), let first = refused.first { throw first }
        try graph.checkCost(input: input, gradient: gradient)
    }

    /// Prepares everything for one input shape: memory, primitives, weights.
    ///
    /// - Parameters:
    ///   - precision: one that is supported.
    ///   - sharing: what the network has in common with others of the same graph, shape, scope and precision, for example
    ///     those of other threads.
    /// - Throws: `GraphError` where the graph does not fit the shape or the backend refuses a node.
    public func compile(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope, precision: Precision = .single,
        sharing: SharedWeights? = nil
    ) throws -> any CompiledNetwork {
        try check(graph, input, gradient)
        return try prepare(graph, input: input, gradient: gradient, precision: precision, sharing: sharing)
    }

    /// Prepares a network for training: batch-norms of nodes in scope normalise by the statistics of the batch, all
    /// others by their running statistics.
    ///
    /// - Throws: as `compile`.
    public func compileForTraining(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
    ) throws -> any TrainingNetwork {
        try check(graph, input, gradient)
        return try prepareForTraining(graph, input: input, gradient: gradient)
    }
}
