import COneDNN
import CVectorKernels
import CheckedNumbers
import NeuralKernels

/// oneDNN as the engine of planned networks.
struct OneDNNEngine: NetworkEngine {
    var preferredBlock: Int { Int(assay_dnn_block()) }

    func convolution(_ request: ConvolutionRequest) throws -> OneDNNConvolution { try OneDNNConvolution(request) }

    func multiply(
        node: String, _ size: (rows: Int, columns: Int, depth: Int), scale: Float, _ a: PlainMatrix, _ b: PlainMatrix,
        to: UnsafeMutablePointer<Float>, rowLength: Int
    ) throws {
        func matrix(_ it: PlainMatrix) -> assay_matrix {
            assay_matrix(values: it.values, row_length: it.rowLength, transposed: it.isTransposed ? 1 : 0)
        }
        try GraphError.check(
            assay_matrix_product(size.rows, size.columns, size.depth, scale, matrix(a), matrix(b), to, rowLength),
            node: node)
    }
}

/// One convolution of oneDNN.
final class OneDNNConvolution: ConvolutionPasses {
    private let name: String
    private let handle: ConvolutionHandle
    /// Where oneDNN has no fast gradient of the weights.
    private let ownGradient: PlainWeightGradient?

    init(_ request: ConvolutionRequest) throws {
        let (convolution, input, output) = (request.convolution, request.input, request.output)
        name = request.name
        handle = try ConvolutionHandle(
            assay_convolution_shape(
                in_channels: Int32(input.c), in_height: Int32(input.h), in_width: Int32(input.w),
                in_block: Int32(request.inputBlock), out_channels: Int32(output.c), out_height: Int32(output.h),
                out_width: Int32(output.w), out_block: Int32(request.outputBlock),
                kernel_height: Int32(convolution.kernelHeight), kernel_width: Int32(convolution.kernelWidth),
                stride: Int32(convolution.stride), padding_height: Int32(convolution.paddingHeight),
                padding_width: Int32(convolution.paddingWidth), dilation: Int32(convolution.dilation),
                groups: Int32(convolution.groups), backward_data: request.needsData ? 1 : 0,
                backward_weights: request.needsWeights ? 1 : 0, bfloat16: request.precision == .bfloat16 ? 1 : 0,
                sums_images: request.sumsImages ? 1 : 0), node: name)
        ownGradient =
            request.needsWeights && assay_convolution_has_slow_weights(handle.pointer) != 0
            ? PlainWeightGradient(
                convolution, input: input, inputBlock: request.inputBlock, output: output,
                outputBlock: request.outputBlock) : nil
    }

    func scratchSize(_ pass: ConvolutionPass) -> Int {
        switch pass {
        case .forward: assay_convolution_scratch_size(handle.pointer, assay_pass_forward)
        case .backwardData: assay_convolution_scratch_size(handle.pointer, assay_pass_backward_data)
        case .backwardWeights:
            ownGradient != nil ? 0 : assay_convolution_scratch_size(handle.pointer, assay_pass_backward_weights)
        }
    }

    func makeWeights() throws -> OneDNNWeights { try OneDNNWeights(handle.pointer, name) }

    func set(_ weights: OneDNNWeights, weight: [Float], bias: [Float]) throws {
        try check(assay_convolution_weights_set(weights.pointer, handle.pointer, weight, bias))
    }

    func use(_ weights: OneDNNWeights) throws {
        try check(assay_convolution_use_weights(handle.pointer, weights.pointer))
    }

    private func check(_ status: Int32) throws { try GraphError.check(status, node: name) }

    func forward(
        _ input: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        try check(assay_convolution_forward(handle.pointer, input, to, scratch))
    }

    func backwardData(
        _ gradient: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        try check(assay_convolution_backward_data(handle.pointer, gradient, to, scratch))
    }

    func backwardWeights(
        _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, scratch: UnsafeMutableRawPointer,
        accumulate: Bool
    ) throws {
        if let ownGradient { return ownGradient.run(input, gradient, accumulate: accumulate) }
        try check(assay_convolution_backward_weights(handle.pointer, input, gradient, scratch, accumulate ? 1 : 0))
    }

    func takeGradients(
        scratch: UnsafeRawPointer, weight: UnsafeMutablePointer<Float>, bias: inout [Float]
    ) throws {
        if let ownGradient {
            weight.update(from: ownGradient.weight, count: ownGradient.weight.count)
            bias = ownGradient.bias
        } else {
            try check(assay_convolution_weight_gradient(handle.pointer, scratch, weight, &bias))
        }
    }
}

/// Owner of weight and bias as oneDNN lays them out.
///
/// Changed by the network that made it alone, and only where it is not shared: hence sendable.
final class OneDNNWeights: @unchecked Sendable {
    fileprivate let pointer: OpaquePointer

    fileprivate init(_ convolution: OpaquePointer, _ name: String) throws {
        var status: Int32 = 0
        guard let made = assay_convolution_weights_make(convolution, &status) else {
            throw GraphError(node: name, reason: "there is no memory for the weights (status \(status))")
        }
        pointer = made
    }

    deinit { assay_convolution_weights_free(pointer) }
}

/// The gradient of a convolution's weights by a loop of ours over plain channels.
private final class PlainWeightGradient {
    private var geometry: assay_convolution_geometry
    private let inputBlock: Int32
    private let outputBlock: Int32
    private var input: [Float]
    private var gradient: [Float]
    private(set) var weight: [Float]
    private(set) var bias: [Float]

    init(
        _ convolution: NetworkGraph.Convolution, input: TensorShape, inputBlock: Int, output: TensorShape,
        outputBlock: Int
    ) {
        geometry = assay_convolution_geometry(
            in_channels: Int32(input.c), in_height: Int32(input.h), in_width: Int32(input.w),
            out_channels: Int32(output.c), out_height: Int32(output.h), out_width: Int32(output.w),
            kernel_height: Int32(convolution.kernelHeight), kernel_width: Int32(convolution.kernelWidth),
            stride: Int32(convolution.stride), padding_height: Int32(convolution.paddingHeight),
            padding_width: Int32(convolution.paddingWidth), dilation: Int32(convolution.dilation),
            groups: Int32(convolution.groups))
        self.inputBlock = Int32(inputBlock)
        self.outputBlock = Int32(outputBlock)
        self.input = Array(repeating: 0, count: input.count)
        gradient = Array(repeating: 0, count: output.count)
        weight = Array(
            repeating: 0,
            count: output.c * (input.c / convolution.groups) * convolution.kernelHeight * convolution.kernelWidth)
        bias = Array(repeating: 0, count: output.c)
    }

    func run(_ from: UnsafePointer<Float>, _ arriving: UnsafePointer<Float>, accumulate: Bool) {
        let (oldWeight, oldBias) = (weight, bias)
        assay_copy_channels(
            from, inputBlock, 0, &input, 1, 0, geometry.in_channels,
            Int(geometry.in_height) * Int(geometry.in_width), 0)
        assay_copy_channels(
            arriving, outputBlock, 0, &gradient, 1, 0, geometry.out_channels,
            Int(geometry.out_height) * Int(geometry.out_width), 0)
        assay_convolution_weights_gradient(&geometry, input, gradient, &weight, &bias)
        guard accumulate else { return }
        assay_add_to(&weight, oldWeight, weight.count)
        assay_add_to(&bias, oldBias, bias.count)
    }
}
