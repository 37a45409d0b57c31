/// A batch-norm by the statistics of the batch, with the activation that follows.
///
/// With x̂ = (z − μ)/√(σ² + ε) over all M pixels of all images: y = act(γ·x̂ + β), and for the gradient g that arrives
/// behind the activation dβ = Σ g, dγ = Σ g·x̂, dz = γ/√(σ² + ε)·(g − dβ/M − x̂·dγ/M).
final class BatchNormalizer {
    private let parts: NetworkGraph.BatchNorm
    private let shape: NormalizedShape
    private var gamma: [Float] = []
    private var beta: [Float] = []
    /// Near the mean, so that sums of squares lose nothing: the running mean.
    private var shift: [Float] = []
    private var mean: [Double] = []
    /// Over M, and over M − 1.
    private var inverseDeviation: [Double] = []
    private var unbiasedVariance: [Float] = []
    private var scale: [Float] = []
    private var offset: [Float] = []
    private var gammaGradient: [Float] = []
    private var betaGradient: [Float] = []

    init(_ parts: NetworkGraph.BatchNorm, _ shape: NormalizedShape) {
        self.parts = parts
        self.shape = shape
    }

    func setValues(_ values: (Int) -> [Float]) {
        gamma = values(parts.weight)
        beta = values(parts.bias)
        shift = values(parts.runningMean)
    }

    /// Of the last forward pass.
    var statistics: BatchStatistics {
        BatchStatistics(
            meanParameter: parts.runningMean, varianceParameter: parts.runningVariance,
            mean: mean.map { Float($0) },
            variance: unbiasedVariance)
    }

    /// - Parameter images: the result of the convolution of each image, and where the activation goes.
    func forward(
        _ images: [(from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>)], _ loops: some NetworkLoops
    ) throws {
        var sum = [Double](repeating: 0, count: shape.channels)
        var squares = sum
        for image in images {
            try loops.batchSums(image.from, shape, shift: shift, sum: &sum, squares: &squares)
        }
        let count = Double(images.count * shape.pixels)
        mean = sum
        inverseDeviation = sum
        unbiasedVariance = gamma
        scale = gamma
        offset = beta
        for channel in 0..<shape.channels {
            let fromShift = sum[channel] / count
            let variance = max(0, squares[channel] / count - fromShift * fromShift)
            mean[channel] = Double(shift[channel]) + fromShift
            inverseDeviation[channel] = 1 / (variance + Double(parts.epsilon)).squareRoot()
            unbiasedVariance[channel] = Float(variance * count / max(1, count - 1))
            let factor = Double(gamma[channel]) * inverseDeviation[channel]
            scale[channel] = Float(factor)
            offset[channel] = Float(Double(beta[channel]) - factor * mean[channel])
        }
        for image in images {
            try loops.normalize(image.from, to: image.to, shape, scale: scale, offset: offset)
        }
    }

    /// - Parameter images: as in `forward`, with the gradient of each, which is replaced by that of the convolution.
    func backward(
        _ images: [(from: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>)], _ loops: some NetworkLoops
    ) throws {
        var sum = [Double](repeating: 0, count: shape.channels)
        var products = sum
        for image in images {
            try loops.normalizeBackwardSums(
                image.from, gradient: image.gradient, shape, scale: scale, offset: offset, shift: shift, sum: &sum,
                products: &products)
        }
        let count = Double(images.count * shape.pixels)
        gammaGradient = gamma
        betaGradient = beta
        var byValue = gamma
        var constant = gamma
        for channel in 0..<shape.channels {
            let inverse = inverseDeviation[channel]
            let forBeta = sum[channel]
            let forGamma = inverse * (products[channel] + (Double(shift[channel]) - mean[channel]) * forBeta)
            gammaGradient[channel] = Float(forGamma)
            betaGradient[channel] = Float(forBeta)
            let factor = Double(gamma[channel]) * inverse / count
            byValue[channel] = Float(-factor * inverse * forGamma)
            constant[channel] = Float(factor * (inverse * mean[channel] * forGamma - forBeta))
        }
        for image in images {
            try loops.normalizeBackward(
                image.from, gradient: image.gradient, shape, byGradient: scale, byValue: byValue, constant: constant)
        }
    }

    /// After `backward`: writes the gradients of γ and β.
    func takeGradients(
        into start: (Int) -> UnsafeMutablePointer<Float>?, _ loops: some NetworkLoops
    ) throws {
        if let gamma = start(parts.weight) { try loops.load(gammaGradient, to: gamma, count: shape.channels) }
        if let beta = start(parts.bias) { try loops.load(betaGradient, to: beta, count: shape.channels) }
    }
}
