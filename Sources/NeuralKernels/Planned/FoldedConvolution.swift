import CVectorKernels

/// A convolution whose frozen batch-norm is folded into weight and bias.
///
/// With s = γ/√(σ² + ε): W' = s·W and b' = β − s·μ. Its own gradients follow from those of W' and b':
/// dW = s·dW', dγ = (Σ dW'·W − db'·μ)/√(σ² + ε), dβ = db'.
///
/// In training, where the batch-norm uses the statistics of the batch, nothing is folded: `normalizer` follows the
/// convolution.
final class FoldedConvolution<Passes: ConvolutionPasses, Loops: NetworkLoops> {
    let name: String
    let passes: Passes
    let normalizer: BatchNormalizer?
    /// Where scale and shift, or the bias, alone have gradients.
    let shifts: ShiftGradients?
    private let convolution: NetworkGraph.Convolution
    private let weights: FoldedWeights<Passes>
    private let loops: Loops
    /// The same where they are a device's.
    private let distant: (any DistantLoops)?
    /// Room for `[out]`; nil where the gradients of weight and bias are not asked for.
    private let biasGradient: UnsafeMutablePointer<Float>?
    private let channels: Int

    /// - Parameters:
    ///   - loops: those of the network.
    ///   - normalizesBatch: whether its batch-norm uses the statistics of the batch.
    ///   - takesShiftsAlone: whether its weights have no gradient.
    ///   - sharing: where networks of the same graph keep their weights, and the node of this convolution.
    init(
        _ request: ConvolutionRequest, _ passes: Passes, _ loops: Loops, graph: NetworkGraph, normalizesBatch: Bool,
        takesShiftsAlone: Bool, sharing: (weights: SharedWeights, node: Int)?
    ) throws {
        name = request.name
        convolution = request.convolution
        self.passes = passes
        self.loops = loops
        let distant = loops as? any DistantLoops
        self.distant = distant
        let output = request.output
        channels = output.c
        let shape = NormalizedShape(
            channels: output.c, block: request.outputBlock, pixels: output.pixels,
            activation: request.convolution.activation)
        normalizer = normalizesBatch ? request.convolution.batchNorm.map { BatchNormalizer($0, shape) } : nil
        shifts =
            takesShiftsAlone
            ? ShiftGradients(request.convolution, shape) { graph.parameters[$0].values } : nil
        func fold() throws -> FoldedWeights<Passes> {
            let made = FoldedWeights<Passes>(try passes.makeWeights())
            try made.set(
                request.convolution, foldsNorm: !normalizesBatch, of: passes,
                unfoldingOn: request.needsWeights ? distant : nil
            ) { graph.parameters[$0].values }
            return made
        }
        weights = try sharing.map { try $0.weights.value(node: $0.node, make: fold) } ?? fold()
        normalizer?.setValues { graph.parameters[$0].values }
        try passes.use(weights.own)
        biasGradient = try request.needsWeights ? loops.allocate(output.c) : nil
    }

    deinit {
        if let biasGradient { loops.release(biasGradient) }
    }

    /// Takes new values of the convolution's parameters, batch-norm included; not for networks that share weights.
    func setValues(_ values: (Int) -> [Float]) throws {
        normalizer?.setValues(values)
        try weights.set(
            convolution, foldsNorm: normalizer == nil, of: passes, unfoldingOn: biasGradient == nil ? nil : distant,
            values)
    }

    /// After the backward pass over the weights: writes the gradients of all parameters of the convolution.
    ///
    /// - Parameters:
    ///   - scratch: that of the backward pass.
    ///   - start: where the gradient of a parameter begins.
    func takeGradients(scratch: UnsafeRawPointer, into start: (Int) -> UnsafeMutablePointer<Float>?) throws {
        guard let weightGradient = start(convolution.weight), let biasGradient else { return }
        try passes.takeGradients(scratch: scratch, weight: weightGradient, bias: biasGradient)
        if let normalizer {
            try normalizer.takeGradients(into: start, loops)
        } else if let batchNorm = convolution.batchNorm, let gamma = start(batchNorm.weight),
            let beta = start(batchNorm.bias)
        {
            let each = weights.weight.count / channels
            if let distant, let norm = weights.norm {
                try distant.unfold(
                    norm.start, weightGradient: weightGradient, biasGradient: biasGradient, gamma: gamma,
                    channels: channels, valuesPerChannel: each)
                try distant.copy(biasGradient, to: beta, count: channels)
            } else {
                assay_unfold_gradient(
                    weightGradient, biasGradient, weights.weight, weights.scale, weights.inverseDeviation, weights.mean,
                    gamma, beta, Int32(channels), each)
            }
        } else if let bias = convolution.bias, let target = start(bias) {
            try loops.copy(biasGradient, to: target, count: channels)
        }
    }
}

/// Weight and bias as a convolution's passes want them, with what the gradients of its batch-norm need.
///
/// Changed by the network that made it alone, and only where it is not shared: hence sendable.
private final class FoldedWeights<Passes: ConvolutionPasses>: @unchecked Sendable {
    let own: Passes.Weights
    private(set) var weight: [Float] = []
    private(set) var scale: [Float] = []
    private(set) var inverseDeviation: [Float] = []
    private(set) var mean: [Float] = []
    /// The four of them in a device's memory, where that unfolds gradients.
    private(set) var norm: DistantValues?

    init(_ own: Passes.Weights) { self.own = own }

    /// - Parameters:
    ///   - foldsNorm: whether the batch-norm is folded into the weights.
    ///   - loops: those of a device that is to unfold gradients; nil where nobody asks for them, or this machine does it.
    func set(
        _ convolution: NetworkGraph.Convolution, foldsNorm: Bool, of passes: Passes,
        unfoldingOn loops: (any DistantLoops)?, _ values: (Int) -> [Float]
    ) throws {
        weight = values(convolution.weight)
        let channels = convolution.outChannels
        var folded = weight
        var bias = convolution.bias.map(values) ?? Array(repeating: 0, count: channels)
        if foldsNorm, let batchNorm = convolution.batchNorm {
            let beta = values(batchNorm.bias)
            mean = values(batchNorm.runningMean)
            inverseDeviation = values(batchNorm.runningVariance).map { 1 / ($0 + batchNorm.epsilon).squareRoot() }
            scale = zip(values(batchNorm.weight), inverseDeviation).map(*)
            let valuesPerChannel = weight.count / channels
            for channel in 0..<channels {
                bias[channel] = beta[channel] + scale[channel] * (bias[channel] - mean[channel])
                for index in channel * valuesPerChannel..<(channel + 1) * valuesPerChannel {
                    folded[index] *= scale[channel]
                }
            }
            norm = try loops.map { try DistantValues([weight, scale, inverseDeviation, mean], $0) }
        }
        try passes.set(own, weight: folded, bias: bias)
    }
}
