import CTorch
import CheckedNumbers
import NeuralKernels

/// Loops over the memory in which PyTorch computes.
protocol TorchLoops: NetworkLoops {
    /// As `DistantLoops` has it.
    var releasing: @Sendable (UnsafeMutablePointer<Float>) -> Void { get }
    /// As `DistantLoops` has it.
    func wait() throws
}

extension HostLoops: TorchLoops {
    var releasing: @Sendable (UnsafeMutablePointer<Float>) -> Void { { UnsafeMutableRawPointer($0).deallocate() } }
    func wait() {}
}

/// PyTorch's convolutions and products of matrices as the engine of planned networks, over plain channels.
struct TorchEngine<Loops: TorchLoops>: NetworkEngine {
    let library: TorchLibrary
    let makeLoops: () throws -> Loops

    var preferredBlock: Int { 1 }

    func loops() throws -> Loops { try makeLoops() }

    func convolution(_ request: ConvolutionRequest, _ loops: Loops) throws -> TorchConvolution<Loops> {
        try TorchConvolution(request, library, loops)
    }

    func multiply(
        node: String, _ size: (rows: Int, columns: Int, depth: Int), scale: Float, _ a: PlainMatrix, _ b: PlainMatrix,
        to: UnsafeMutablePointer<Float>, rowLength: Int
    ) throws {
        func matrix(_ it: PlainMatrix) -> assay_torch_matrix {
            assay_torch_matrix(
                values: it.values, row_length: Int64(it.rowLength), transposed: it.isTransposed ? 1 : 0)
        }
        try GraphError.check(
            assay_torch_product(
                library.pointer, Int64(size.rows), Int64(size.columns), Int64(size.depth), Double(scale), matrix(a),
                matrix(b), to, Int64(rowLength)), node: node)
    }
}

/// One convolution of PyTorch.
final class TorchConvolution<Loops: TorchLoops>: ConvolutionPasses {
    private let name: String
    private let library: TorchLibrary
    private let loops: Loops
    private var shape: assay_torch_shape
    private var weights: TorchWeights?
    /// That of the weight, then that of the bias; nil where they are not asked for.
    private var gradient: UnsafeMutablePointer<Float>?

    init(_ request: ConvolutionRequest, _ library: TorchLibrary, _ loops: Loops) throws {
        let (convolution, input, output) = (request.convolution, request.input, request.output)
        name = request.name
        self.library = library
        self.loops = loops
        shape = assay_torch_shape(
            in_channels: Int64(input.c), in_height: Int64(input.h), in_width: Int64(input.w),
            out_channels: Int64(output.c), out_height: Int64(output.h), out_width: Int64(output.w),
            kernel_height: Int64(convolution.kernelHeight), kernel_width: Int64(convolution.kernelWidth),
            stride: Int64(convolution.stride), padding_height: Int64(convolution.paddingHeight),
            padding_width: Int64(convolution.paddingWidth), dilation: Int64(convolution.dilation),
            groups: Int64(convolution.groups))
        guard request.needsWeights else { return }
        gradient = try loops.allocate(weightCount + output.c)
    }

    deinit {
        if let gradient { loops.release(gradient) }
    }

    private var weightCount: Int {
        Int(clamping: shape.out_channels * (shape.in_channels / shape.groups) * shape.kernel_height)
            * Int(clamping: shape.kernel_width)
    }

    /// PyTorch takes its own.
    func scratchSize(_ pass: ConvolutionPass) -> Int { 0 }

    func makeWeights() throws -> TorchWeights {
        let count = weightCount
        return TorchWeights(
            weight: try loops.allocate(count), bias: try loops.allocate(Int(clamping: shape.out_channels)),
            releasing: loops.releasing)
    }

    func set(_ weights: TorchWeights, weight: [Float], bias: [Float]) throws {
        try loops.load(weight, to: weights.weight, count: weight.count)
        try loops.load(bias, to: weights.bias, count: bias.count)
        // Other threads may use them, and the lists are not there for ever.
        try loops.wait()
    }

    func use(_ weights: TorchWeights) { self.weights = weights }

    private func used() throws -> TorchWeights {
        guard let weights else { throw GraphError(node: name, reason: "has no weights") }
        return weights
    }

    func forward(
        _ input: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        let weights = try used()
        try check(assay_torch_forward(library.pointer, &shape, input, weights.weight, weights.bias, to))
    }

    func backwardData(
        _ gradient: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        try check(assay_torch_backward_data(library.pointer, &shape, gradient, try used().weight, to))
    }

    func backwardWeights(
        _ input: UnsafePointer<Float>, _ arriving: UnsafePointer<Float>, scratch: UnsafeMutableRawPointer,
        accumulate: Bool
    ) throws {
        let found = try found()
        try check(
            assay_torch_backward_weights(
                library.pointer, &shape, input, arriving, try used().weight, found, found + weightCount,
                accumulate ? 1 : 0))
    }

    private func found() throws -> UnsafeMutablePointer<Float> {
        guard let gradient else { throw GraphError(node: name, reason: "was not asked for its gradient") }
        return gradient
    }

    func takeGradients(
        scratch: UnsafeRawPointer, weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>
    ) throws {
        let found = try found()
        try loops.copy(found, to: weight, count: weightCount)
        try loops.copy(found + weightCount, to: bias, count: Int(clamping: shape.out_channels))
    }

    private func check(_ status: Int32) throws { try GraphError.check(status, node: name) }
}

/// Weight and bias in PyTorch's order, `[out, in/groups, kh, kw]` and `[out]`, where it computes.
///
/// Changed by the network that made it alone, and only where it is not shared: hence sendable.
final class TorchWeights: @unchecked Sendable {
    fileprivate let weight: UnsafeMutablePointer<Float>
    fileprivate let bias: UnsafeMutablePointer<Float>
    private let releasing: @Sendable (UnsafeMutablePointer<Float>) -> Void

    fileprivate init(
        weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>,
        releasing: @escaping @Sendable (UnsafeMutablePointer<Float>) -> Void
    ) {
        self.weight = weight
        self.bias = bias
        self.releasing = releasing
    }

    deinit {
        releasing(weight)
        releasing(bias)
    }
}
