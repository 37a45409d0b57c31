import COneDNN
import CVectorKernels
import CheckedNumbers
import NeuralKernels

/// A convolution whose frozen batch-norm is folded into weight and bias.
///
/// With s = γ/√(σ² + ε): W' = s·W and b' = β − s·μ. Its own gradients follow from those of W' and b':
/// dW = s·dW', dγ = (Σ dW'·W − db'·μ)/√(σ² + ε), dβ = db'.
///
/// In training, where the batch-norm uses the statistics of the batch, nothing is folded: `normalizer` follows the
/// convolution.
final class FoldedConvolution {
    let name: String
    /// oneDNN's passes; nil where all are ours.
    private let handle: ConvolutionHandle?
    private let pointer: OpaquePointer?
    private let winograd: WinogradPasses
    private let convolution: NetworkGraph.Convolution
    let normalizer: BatchNormalizer?
    private let weights: FoldedWeights
    private var biasGradient: [Float]
    /// Where oneDNN has no fast gradient of the weights.
    private let ownGradient: PlainWeightGradient?

    /// Bytes of scratch memory that a pass needs.
    func scratchSize(_ pass: assay_pass) -> Int {
        switch pass {
        case assay_pass_forward:
            if var shape = winograd.forward { return assay_winograd_scratch_size(&shape) }
        case assay_pass_backward_data:
            if var shape = winograd.data { return assay_winograd_scratch_size(&shape) }
        default:
            if var shape = winograd.weights { return assay_winograd_gradient_scratch_size(&shape) }
            if ownGradient != nil { return 0 }
        }
        return pointer.map { assay_convolution_scratch_size($0, pass) } ?? 0
    }

    init(
        _ convolution: NetworkGraph.Convolution, graph: NetworkGraph, name: String, input: TensorShape,
        inputBlock: Int, output: TensorShape, outputBlock: Int, needsData: Bool, needsWeights: Bool,
        normalizesBatch: Bool, precision: Precision, sumsImages: Bool, sharing: (weights: SharedWeights, node: Int)?
    ) throws {
        self.name = name
        self.convolution = convolution
        winograd = WinogradPasses(
            convolution, input: input, inputBlock: inputBlock, output: output, outputBlock: outputBlock,
            needsData: needsData, needsWeights: needsWeights, precision: precision)
        if winograd.areAll(needsData: needsData, needsWeights: needsWeights) {
            handle = nil
            pointer = nil
        } else {
            let made = try ConvolutionHandle(
                assay_convolution_shape(
                    in_channels: Int32(input.c), in_height: Int32(input.h), in_width: Int32(input.w),
                    in_block: Int32(inputBlock), out_channels: Int32(output.c), out_height: Int32(output.h),
                    out_width: Int32(output.w), out_block: Int32(outputBlock),
                    kernel_height: Int32(convolution.kernelHeight), kernel_width: Int32(convolution.kernelWidth),
                    stride: Int32(convolution.stride), padding_height: Int32(convolution.paddingHeight),
                    padding_width: Int32(convolution.paddingWidth), dilation: Int32(convolution.dilation),
                    groups: Int32(convolution.groups), backward_data: needsData && winograd.data == nil ? 1 : 0,
                    backward_weights: needsWeights && winograd.weights == nil ? 1 : 0,
                    bfloat16: precision == .bfloat16 ? 1 : 0, sums_images: sumsImages ? 1 : 0), node: name)
            pointer = made.pointer
            handle = consume made
        }
        let hasSlowWeights =
            needsWeights && winograd.weights == nil
            && pointer.map { assay_convolution_has_slow_weights($0) != 0 } ?? false
        ownGradient =
            hasSlowWeights
            ? PlainWeightGradient(
                convolution, input: input, inputBlock: inputBlock, output: output, outputBlock: outputBlock) : nil
        let channels = output.c
        biasGradient = Array(repeating: 0, count: channels)
        normalizer =
            normalizesBatch
            ? convolution.batchNorm.map {
                BatchNormalizer(
                    $0, activation: convolution.activation, channels: channels, block: outputBlock,
                    pixels: output.pixels)
            } : nil
        let (pointer, winograd) = (pointer, winograd)
        func fold() throws -> FoldedWeights {
            let made = try FoldedWeights(pointer, winograd, name)
            try made.set(convolution, foldsNorm: !normalizesBatch, of: pointer) { graph.parameters[$0].values }
            return made
        }
        weights = try sharing.map { try $0.weights.value(node: $0.node, make: fold) } ?? fold()
        normalizer?.setValues { graph.parameters[$0].values }
        if let pointer { try weights.use(in: pointer) }
    }

    /// Takes new values of the convolution's parameters, batch-norm included; not for networks that share weights.
    func setValues(_ values: (Int) -> [Float]) throws {
        normalizer?.setValues(values)
        try weights.set(convolution, foldsNorm: normalizer == nil, of: pointer, values)
    }

    /// The convolution with its bias.
    ///
    /// - Returns: oneDNN's status, as those below.
    func forward(
        _ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) -> Int32 {
        if let own = weights.forward {
            own.convolve(input, bias: weights.bias, to: output, scratch: scratch)
            return 0
        }
        guard let pointer else { preconditionFailure("no pass") }
        return assay_convolution_forward(pointer, input, output, scratch)
    }

    /// The gradient of the input.
    func backwardData(
        _ gradient: UnsafePointer<Float>, to inputGradient: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutableRawPointer
    ) -> Int32 {
        if let own = weights.data {
            own.convolve(gradient, bias: nil, to: inputGradient, scratch: scratch)
            return 0
        }
        guard let pointer else { preconditionFailure("no pass") }
        return assay_convolution_backward_data(pointer, gradient, inputGradient, scratch)
    }

    /// The backward pass over the weights; `takeGradients` writes what it finds.
    ///
    /// - Parameter accumulate: whether to add to what the last call found.
    /// - Parameter start: where the gradient of a parameter begins: that of the weight may be written already.
    func backwardWeights(
        _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, scratch: UnsafeMutableRawPointer,
        accumulate: Bool, into start: (Int) -> UnsafeMutablePointer<Float>?
    ) -> Int32 {
        if var shape = winograd.weights {
            guard let target = start(convolution.weight) else { return 0 }
            assay_winograd_gradient(&shape, input, gradient, target, &biasGradient, accumulate ? 1 : 0, scratch)
            return 0
        }
        if let ownGradient {
            ownGradient.run(input, gradient, accumulate: accumulate)
            return 0
        }
        guard let pointer else { preconditionFailure("no pass") }
        return assay_convolution_backward_weights(pointer, input, gradient, scratch, accumulate ? 1 : 0)
    }

    /// After the backward pass over the weights: writes the gradients of all parameters of the convolution.
    ///
    /// - Parameter scratch: that of the backward pass.
    /// - Parameter start: where the gradient of a parameter begins.
    func takeGradients(
        scratch: UnsafeRawPointer, into start: (Int) -> UnsafeMutablePointer<Float>?
    ) -> Int32 {
        guard let weightGradient = start(convolution.weight) else { return 0 }
        if let ownGradient {
            weightGradient.update(from: ownGradient.weight, count: ownGradient.weight.count)
            biasGradient = ownGradient.bias
        } else if winograd.weights == nil, let pointer {
            let status = assay_convolution_weight_gradient(pointer, scratch, weightGradient, &biasGradient)
            guard status == 0 else { return status }
        }
        if let normalizer {
            normalizer.takeGradients(into: start)
        } else if let batchNorm = convolution.batchNorm, let gamma = start(batchNorm.weight),
            let beta = start(batchNorm.bias)
        {
            assay_unfold_gradient(
                weightGradient, biasGradient, weights.weight, weights.scale, weights.inverseDeviation, weights.mean,
                gamma, beta,
                Int32(biasGradient.count), weights.weight.count / biasGradient.count)
        } else if let bias = convolution.bias, let target = start(bias) {
            target.update(from: biasGradient, count: biasGradient.count)
        }
        return 0
    }
}

/// Weight and bias as a convolution's passes want them, with what the gradients of its batch-norm need.
///
/// Changed by the network that made it alone, and only where it is not shared: hence sendable.
private final class FoldedWeights: @unchecked Sendable {
    private let pointer: OpaquePointer?
    private let name: String
    /// As our own passes want them.
    let forward: WinogradWeights?
    let data: WinogradWeights?
    private(set) var bias: [Float] = []
    private(set) var weight: [Float] = []
    private(set) var scale: [Float] = []
    private(set) var inverseDeviation: [Float] = []
    private(set) var mean: [Float] = []

    init(_ convolution: OpaquePointer?, _ winograd: WinogradPasses, _ name: String) throws {
        self.name = name
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

    deinit { pointer.map(assay_convolution_weights_free) }

    /// - Parameter foldsNorm: whether the batch-norm is folded into the weights.
    func set(
        _ convolution: NetworkGraph.Convolution, foldsNorm: Bool, of handle: OpaquePointer?,
        _ values: (Int) -> [Float]
    ) throws {
        weight = values(convolution.weight)
        let channels = convolution.outChannels
        var folded = weight
        bias = convolution.bias.map(values) ?? Array(repeating: 0, count: channels)
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
        }
        forward?.set(folded)
        data?.set(folded)
        guard let pointer, let handle else { return }
        try GraphError.check(assay_convolution_weights_set(pointer, handle, folded, bias), node: name)
    }

    func use(in convolution: OpaquePointer) throws {
        guard let pointer else { return }
        try GraphError.check(assay_convolution_use_weights(convolution, pointer), node: name)
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
