import Synchronization

/// How far back the gradient is wanted.
public enum GradientScope: Hashable, Sendable {
    /// Forward only.
    case none
    /// Parameters of nodes from this one on.
    case from(node: Int)
    /// Every trainable parameter.
    case full

    /// Whether a node's parameters are to have gradients.
    func includes(_ node: Int) -> Bool {
        switch self {
        case .none: false
        case .from(let first): node >= first
        case .full: true
        }
    }
}

/// How exactly gradients are computed; the forward pass is single always.
public enum Precision: String, Sendable, CaseIterable {
    case single
    /// What the backward passes of convolutions multiply, activations, weights and gradients, is rounded to 8 significant
    /// bits first; sums, and everything between the convolutions, are single.
    case bfloat16
}

/// Something that can run a network.
public protocol Backend: Sendable {
    /// `onednn` or `reference`.
    var name: String { get }

    /// Prepares everything for one input shape: memory, primitives, weights.
    ///
    /// - Parameters:
    ///   - precision: one that is supported.
    ///   - sharing: what the network has in common with others of the same graph, shape, scope and precision, for example
    ///     those of other threads.
    /// - Throws: `GraphError` where the graph does not fit the shape or the backend refuses a node.
    func compile(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope, precision: Precision,
        sharing: SharedWeights?
    ) throws -> any CompiledNetwork

    /// Whether it computes in that precision, and this CPU has the instructions for it.
    func supports(_ precision: Precision) -> Bool

    /// Prepares a network for training: batch-norms of nodes in scope normalise by the statistics of the batch, all
    /// others by their running statistics.
    ///
    /// - Throws: as `compile`.
    func compileForTraining(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
    ) throws -> any TrainingNetwork
}

extension Backend {
    /// A network in single precision with weights of its own.
    public func compile(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
    ) throws -> any CompiledNetwork {
        try compile(graph, input: input, gradient: gradient, precision: .single, sharing: nil)
    }
}

/// Weights as a backend lays them out, held once for all networks that are compiled with it.
public final class SharedWeights: Sendable {
    private let byNode = Mutex<[Int: any Sendable]>([:])

    public init() {}

    /// The weights of a node, made when first asked for.
    func value<Weights: Sendable>(node: Int, make: () throws -> Weights) throws -> Weights {
        try byNode.withLock { held in
            if let known = held[node] as? Weights { return known }
            let made = try make()
            held[node] = made
            return made
        }
    }
}

/// A network ready to run. One thread at a time, and always the thread that made it.
public protocol CompiledNetwork: AnyObject {
    /// Runs one image, `[1, c, h, w]`, and returns one array a graph output, NCHW.
    func forward(_ input: [Float]) throws -> [[Float]]

    /// From the gradients of the outputs of the last forward pass, computes that of every trainable parameter in scope.
    func backward(_ outputGradients: [[Float]]) throws

    /// Calls `body` with the gradient of a parameter, in the parameter's own order; nil where it is out of scope.
    func withGradient<Result>(ofParameter index: Int, _ body: (UnsafeBufferPointer<Float>?) throws -> Result) rethrows
        -> Result
}

/// Mean and variance that a batch-norm has found in a batch, a value a channel.
public struct BatchStatistics: Sendable {
    /// The running statistics that follow them.
    public let meanParameter: Int
    public let varianceParameter: Int
    public let mean: [Float]
    /// Unbiased: over the number of values less one.
    public let variance: [Float]
}

/// A network whose parameters change between passes, and which takes several images at a time. Threads as for
/// `CompiledNetwork`.
public protocol TrainingNetwork: AnyObject {
    /// Replaces the values of all parameters, in the graph's order; counts must stay.
    func setParameters(_ values: [[Float]]) throws

    /// Runs images, `[1, c, h, w]` each, and returns one array a graph output for each, NCHW.
    func forward(batch inputs: [[Float]]) throws -> [[[Float]]]

    /// From the gradients of the outputs of the last forward pass, computes that of every trainable parameter in scope:
    /// the sum over the images.
    func backward(batch outputGradients: [[[Float]]]) throws

    /// Of the last forward pass, a batch-norm in scope each.
    var batchStatistics: [BatchStatistics] { get }

    /// As `CompiledNetwork`'s.
    func withGradient<Result>(ofParameter index: Int, _ body: (UnsafeBufferPointer<Float>?) throws -> Result) rethrows
        -> Result
}

/// A network that knows where its time went.
public protocol ProfiledNetwork: CompiledNetwork {
    /// Whether the time of each step is kept; costs a few microseconds a pass.
    var keepsProfile: Bool { get set }
    /// Where the time went since `keepsProfile` was set, in the order of the steps.
    var profile: [ProfileEntry] { get }
}

/// Time in one step of a network.
public struct ProfileEntry: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case forward = "convolution"
        case backwardData = "gradient of the data"
        case backwardWeights = "gradient of the weights"
        case normalization = "batch-norm"
        case activation, pooling, upsampling, attention
        case moving = "copying and adding"
    }

    public let kind: Kind
    /// The convolution's, for example `model.4.cv1`; empty for other kinds.
    public let node: String
    public let time: Duration
}

extension CompiledNetwork {
    /// A copy of the gradient of a parameter; empty where it is out of scope.
    public func gradient(ofParameter index: Int) -> [Float] {
        withGradient(ofParameter: index) { $0.map(Array.init) ?? [] }
    }

    /// ‖gradient‖² of a parameter, in double precision.
    public func gradientSquaredNorm(ofParameter index: Int) -> Double {
        withGradient(ofParameter: index) { $0.map(VectorKernels.sumOfSquares) ?? 0 }
    }
}

/// The backends of this build.
public enum Backends {
    /// The fastest one first.
    public static var all: [any Backend] {
        #if ASSAY_ONEDNN
            [OneDNNBackend(), ReferenceBackend()]
        #else
            [ReferenceBackend()]
        #endif
    }

    /// The backend of that name; nil where this build has none. Without a name, the fastest.
    public static func named(_ name: String?) -> (any Backend)? {
        guard let name else { return all.first }
        return all.first { $0.name == name }
    }
}
