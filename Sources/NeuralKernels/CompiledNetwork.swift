/// A network ready to run. One thread at a time, and always the thread that made it.
public protocol CompiledNetwork: AnyObject {
    /// Runs one image, `[1, c, h, w]`, and returns one array a graph output, NCHW.
    func forward(_ input: [Float]) throws -> [[Float]]

    /// From the gradients of the outputs of the last forward pass, computes that of every trainable parameter in scope.
    func backward(_ outputGradients: [[Float]]) throws

    /// Calls `body` with the gradient of a parameter, in the parameter's own order; nil where it is out of scope.
    ///
    /// - Throws: where it cannot be fetched from a device, and what `body` throws.
    func withGradient<Result>(ofParameter index: Int, _ body: (UnsafeBufferPointer<Float>?) throws -> Result) throws
        -> Result

    /// Adds the gradient up where it lies: squares by group, and its count sketch.
    ///
    /// - Parameters:
    ///   - groups: of the network's graph.
    ///   - seed: of the sketch; the same for all whose sketches are compared.
    ///   - buckets: of the sketch; a power of two.
    /// - Throws: where a device fails.
    func gradientSummary(groups: GradientGroups, seed: UInt64, buckets: Int) throws -> GradientSummary
}

extension CompiledNetwork {
    /// A copy of the gradient of a parameter; empty where it is out of scope.
    public func gradient(ofParameter index: Int) throws -> [Float] {
        try withGradient(ofParameter: index) { $0.map(Array.init) ?? [] }
    }

    /// ‖gradient‖² of a parameter, in double precision.
    public func gradientSquaredNorm(ofParameter index: Int) throws -> Double {
        try withGradient(ofParameter: index) { $0.map(VectorKernels.sumOfSquares) ?? 0 }
    }
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
    /// What a step does; the words are those of the profile's table.
    public enum Kind: String, Sendable, CaseIterable {
        case forward = "convolution"
        case backwardData = "gradient of the data"
        case backwardWeights = "gradient of the weights"
        case normalization = "batch-norm"
        case activation, pooling, upsampling, attention
        case moving = "copying and adding"
    }

    /// What the step does.
    public let kind: Kind
    /// The convolution's, for example `model.4.cv1`; empty for other kinds.
    public let node: String
    /// Of all passes since the profile was switched on, in one thread.
    public let time: Duration

    /// An entry by its figures.
    package init(kind: Kind, node: String, time: Duration) {
        self.kind = kind
        self.node = node
        self.time = time
    }
}
