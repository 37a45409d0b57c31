import COneDNN
import CVectorKernels
import CheckedNumbers
import NeuralKernels

/// oneDNN as the engine of planned networks.
struct OneDNNEngine: NetworkEngine {
    var preferredBlock: Int { Int(assay_dnn_block()) }

    func loops() -> HostLoops { HostLoops() }

    func convolution(_ request: ConvolutionRequest, _ loops: HostLoops) throws -> OneDNNConvolution {
        try OneDNNConvolution(request)
    }

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

/// One convolution of oneDNN, or of our own where that is faster (`WinogradPasses`).
final class OneDNNConvolution: ConvolutionPasses {
    private let name: String
    /// oneDNN's passes; nil where all are ours.
    private let handle: ConvolutionHandle?
    private let pointer: OpaquePointer?
    private let winograd: WinogradPasses
    private var weights: OneDNNWeights?
    /// What our own backward pass over the weights has found.
    private var biasGradient: [Float] = []
    /// Where oneDNN has no fast gradient of the weights.
    private let ownGradient: PlainWeightGradient?

    init(_ request: ConvolutionRequest) throws {
        let (convolution, input, output) = (request.convolution, request.input, request.output)
        name = request.name
        winograd = WinogradPasses(request)
        if winograd.weights != nil { biasGradient = Array(repeating: 0, count: output.c) }
        if winograd.areAll(of: request) {
            handle = nil
            pointer = nil
            ownGradient = nil
            return
        }
        let needsWeights = request.needsWeights && winograd.weights == nil
        let made = try ConvolutionHandle(
            assay_convolution_shape(
                in_channels: Int32(input.c), in_height: Int32(input.h), in_width: Int32(input.w),
                in_block: Int32(request.inputBlock), out_channels: Int32(output.c), out_height: Int32(output.h),
                out_width: Int32(output.w), out_block: Int32(request.outputBlock),
                kernel_height: Int32(convolution.kernelHeight), kernel_width: Int32(convolution.kernelWidth),
                stride: Int32(convolution.stride), padding_height: Int32(convolution.paddingHeight),
                padding_width: Int32(convolution.paddingWidth), dilation: Int32(convolution.dilation),
                groups: Int32(convolution.groups), backward_data: request.needsData && winograd.data == nil ? 1 : 0,
                backward_weights: needsWeights ? 1 : 0, bfloat16: request.precision == .bfloat16 ? 1 : 0,
                sums_images: request.sumsImages ? 1 : 0), node: name)
        let pointer = made.pointer
        self.pointer = pointer
        handle = consume made
        ownGradient =
            needsWeights && assay_convolution_has_slow_weights(pointer) != 0
            ? PlainWeightGradient(
                convolution, input: input, inputBlock: request.inputBlock, output: output,
                outputBlock: request.outputBlock) : nil
    }

    func scratchSize(_ pass: ConvolutionPass) -> Int {
        switch pass {
        case .forward:
            if let own = winograd.forward { return own.scratchSize }
            return pointer.map { assay_convolution_scratch_size($0, assay_pass_forward) } ?? 0
        case .backwardData:
            if let own = winograd.data { return own.scratchSize }
            return pointer.map { assay_convolution_scratch_size($0, assay_pass_backward_data) } ?? 0
        case .backwardWeights:
            if let own = winograd.weights { return own.gradientSize + own.gradientScratchSize }
            if ownGradient != nil { return 0 }
            return pointer.map { assay_convolution_scratch_size($0, assay_pass_backward_weights) } ?? 0
        }
    }

    func makeWeights() throws -> OneDNNWeights { try OneDNNWeights(pointer, winograd, name) }

    func set(_ weights: OneDNNWeights, weight: [Float], bias: [Float]) throws {
        weights.set(weight, bias)
        guard let pointer, let target = weights.pointer else { return }
        try check(assay_convolution_weights_set(target, pointer, weight, bias))
    }

    func use(_ weights: OneDNNWeights) throws {
        self.weights = weights
        guard let pointer, let source = weights.pointer else { return }
        try check(assay_convolution_use_weights(pointer, source))
    }

    private func check(_ status: Int32) throws { try GraphError.check(status, node: name) }

    /// oneDNN's handle, by a pass that is not ours.
    private func handled() throws -> OpaquePointer {
        guard let pointer else { throw GraphError(node: name, reason: "the pass was not asked for") }
        return pointer
    }

    func forward(
        _ input: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        if let weights, let own = weights.forward {
            return own.convolve(input, bias: weights.bias, to: to, scratch: scratch)
        }
        try check(assay_convolution_forward(try handled(), input, to, scratch))
    }

    func backwardData(
        _ gradient: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        if let own = weights?.data { return own.convolve(gradient, bias: nil, to: to, scratch: scratch) }
        try check(assay_convolution_backward_data(try handled(), gradient, to, scratch))
    }

    func backwardWeights(
        _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, scratch: UnsafeMutableRawPointer,
        accumulate: Bool
    ) throws {
        if let own = winograd.weights {
            // The gradient stays at the beginning of the scratch memory.
            let found = scratch.assumingMemoryBound(to: Float.self)
            own.gradient(
                input, gradient, weight: found, bias: &biasGradient, accumulate: accumulate,
                scratch: scratch + own.gradientSize)
            return
        }
        if let ownGradient { return ownGradient.run(input, gradient, accumulate: accumulate) }
        try check(assay_convolution_backward_weights(try handled(), input, gradient, scratch, accumulate ? 1 : 0))
    }

    func takeGradients(
        scratch: UnsafeRawPointer, weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>
    ) throws {
        if let own = winograd.weights {
            weight.update(from: scratch.assumingMemoryBound(to: Float.self), count: own.weightCount)
            bias.update(from: biasGradient, count: biasGradient.count)
        } else if let ownGradient {
            weight.update(from: ownGradient.weight, count: ownGradient.weight.count)
            bias.update(from: ownGradient.bias, count: ownGradient.bias.count)
        } else {
            try check(assay_convolution_weight_gradient(try handled(), scratch, weight, bias))
        }
    }
}

/// Owner of weight and bias as oneDNN and our own passes lay them out.
///
/// Changed by the network that made it alone, and only where it is not shared: hence sendable.
final class OneDNNWeights: @unchecked Sendable {
    fileprivate let pointer: OpaquePointer?
    fileprivate let forward: WinogradWeights?
    fileprivate let data: WinogradWeights?
    fileprivate private(set) var bias: [Float] = []

    fileprivate init(_ convolution: OpaquePointer?, _ winograd: WinogradPasses, _ name: String) throws {
        forward = winograd.forward.map { WinogradWeights($0, isTurned: false) }
        data = winograd.data.map { WinogradWeights($0, isTurned: true) }
        guard let convolution else {
            pointer = nil
            return
        }
        var status: Int32 = 0
        guard let made = assay_convolution_weights_make(convolution, &status) else {
            throw GraphError(node: name, reason: "there is no memory for the weights (status \(status))")
        }
        pointer = made
    }

    deinit { if let pointer { assay_convolution_weights_free(pointer) } }

    fileprivate func set(_ weight: [Float], _ bias: [Float]) {
        self.bias = bias
        forward?.set(weight)
        data?.set(weight)
    }
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
