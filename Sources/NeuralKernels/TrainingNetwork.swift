/// Mean and variance that a batch-norm has found in a batch, a value a channel.
public struct BatchStatistics: Sendable {
    /// The running statistics that follow them.
    public let meanParameter: Int
    /// The index of the running variance that follows the batch's.
    public let varianceParameter: Int
    /// Over all images and pixels of the batch, a value a channel.
    public let mean: [Float]
    /// Unbiased: over the number of values less one.
    public let variance: [Float]

    /// Statistics of one batch-norm; both lists have a value a channel.
    package init(meanParameter: Int, varianceParameter: Int, mean: [Float], variance: [Float]) {
        self.meanParameter = meanParameter
        self.varianceParameter = varianceParameter
        self.mean = mean
        self.variance = variance
    }
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
    func withGradient<Result>(ofParameter index: Int, _ body: (UnsafeBufferPointer<Float>?) throws -> Result) throws
        -> Result
}
