import CTorch
import CheckedNumbers
import NeuralKernels

/// PyTorch's convolutions and products of matrices as the engine of planned networks, over plain channels.
struct TorchEngine: NetworkEngine {
    let library: TorchLibrary

    var preferredBlock: Int { 1 }

    func convolution(_ request: ConvolutionRequest) throws -> TorchConvolution { TorchConvolution(request, library) }

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
final class TorchConvolution: ConvolutionPasses {
    private let name: String
    private let library: TorchLibrary
    private var shape: assay_torch_shape
    private var weights = TorchWeights()
    private var weightGradient: [Float] = []
    private var biasGradient: [Float] = []

    init(_ request: ConvolutionRequest, _ library: TorchLibrary) {
        let (convolution, input, output) = (request.convolution, request.input, request.output)
        name = request.name
        self.library = library
        shape = assay_torch_shape(
            in_channels: Int64(input.c), in_height: Int64(input.h), in_width: Int64(input.w),
            out_channels: Int64(output.c), out_height: Int64(output.h), out_width: Int64(output.w),
            kernel_height: Int64(convolution.kernelHeight), kernel_width: Int64(convolution.kernelWidth),
            stride: Int64(convolution.stride), padding_height: Int64(convolution.paddingHeight),
            padding_width: Int64(convolution.paddingWidth), dilation: Int64(convolution.dilation),
            groups: Int64(convolution.groups))
        guard request.needsWeights else { return }
        weightGradient = Array(
            repeating: 0,
            count: output.c * (input.c / convolution.groups) * convolution.kernelHeight * convolution.kernelWidth)
        biasGradient = Array(repeating: 0, count: output.c)
    }

    /// PyTorch takes its own.
    func scratchSize(_ pass: ConvolutionPass) -> Int { 0 }

    func makeWeights() -> TorchWeights { TorchWeights() }

    func set(_ weights: TorchWeights, weight: [Float], bias: [Float]) {
        weights.weight = weight
        weights.bias = bias
    }

    func use(_ weights: TorchWeights) { self.weights = weights }

    func forward(
        _ input: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        try check(assay_torch_forward(library.pointer, &shape, input, weights.weight, weights.bias, to))
    }

    func backwardData(
        _ gradient: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        try check(assay_torch_backward_data(library.pointer, &shape, gradient, weights.weight, to))
    }

    func backwardWeights(
        _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, scratch: UnsafeMutableRawPointer,
        accumulate: Bool
    ) throws {
        try check(
            assay_torch_backward_weights(
                library.pointer, &shape, input, gradient, weights.weight, &weightGradient, &biasGradient,
                accumulate ? 1 : 0))
    }

    func takeGradients(scratch: UnsafeRawPointer, weight: UnsafeMutablePointer<Float>, bias: inout [Float]) {
        weight.update(from: weightGradient, count: weightGradient.count)
        bias = biasGradient
    }

    private func check(_ status: Int32) throws { try GraphError.check(status, node: name) }
}

/// Weight and bias in PyTorch's order.
///
/// Changed by the network that made it alone, and only where it is not shared: hence sendable.
final class TorchWeights: @unchecked Sendable {
    /// `[out, in/groups, kh, kw]`
    fileprivate(set) var weight: [Float] = []
    fileprivate(set) var bias: [Float] = []
}
