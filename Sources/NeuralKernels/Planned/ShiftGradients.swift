/// The gradients of a convolution's scale and shift, or of its bias, without those of its weights.
///
/// For u = γ·x̂ + β, which the convolution with the folded batch-norm gives, and the gradient g that arrives at it behind
/// the activation: dβ = Σ g and dγ = Σ g·x̂ = Σ g·(u − β)/γ, over all pixels of all images.
final class ShiftGradients {
    private let convolution: NetworkGraph.Convolution
    private let shape: NormalizedShape
    private let gamma: [Float]
    private let beta: [Float]
    private let ones: [Float]
    private let zeros: [Float]
    private var sum: [Double]
    private var products: [Double]

    init(_ convolution: NetworkGraph.Convolution, _ shape: NormalizedShape, _ values: (Int) -> [Float]) {
        self.convolution = convolution
        self.shape = shape
        ones = Array(repeating: 1, count: shape.channels)
        zeros = Array(repeating: 0, count: shape.channels)
        gamma = convolution.batchNorm.map { values($0.weight) } ?? ones
        beta = convolution.batchNorm.map { values($0.bias) } ?? zeros
        sum = Array(repeating: 0, count: shape.channels)
        products = sum
    }

    /// - Parameter images: what the convolution gives, and the gradient behind the activation, which becomes the one
    ///   before it.
    func backward(
        _ images: [(from: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>)], _ loops: some NetworkLoops
    ) throws {
        for channel in 0..<shape.channels { (sum[channel], products[channel]) = (0, 0) }
        for image in images {
            try loops.normalizeBackwardSums(
                image.from, gradient: image.gradient, shape, scale: ones, offset: zeros, shift: beta, sum: &sum,
                products: &products)
        }
    }

    /// After `backward`: writes the gradients of γ and β, or of the bias.
    func takeGradients(
        into start: (Int) -> UnsafeMutablePointer<Float>?, _ loops: some NetworkLoops
    ) throws {
        guard let shift = (convolution.batchNorm?.bias ?? convolution.bias).flatMap(start) else { return }
        try loops.load(sum.map(Float.init), to: shift, count: shape.channels)
        guard let scale = (convolution.batchNorm?.weight).flatMap(start) else { return }
        try loops.load(zip(products, gamma).map { Float($0 / Double($1)) }, to: scale, count: shape.channels)
    }
}
