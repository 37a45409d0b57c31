import CVectorKernels
import NeuralKernels

/// Which passes of a convolution are this package's own, by Winograd's algorithm; the others are oneDNN's.
///
/// The shape alone decides, so that the bits are the same in every run. With few pixels it costs more to transform weights,
/// or to read transformed ones, four times as many, than the saved multiplications.
struct WinogradPasses {
    /// The convolution.
    private(set) var forward: assay_winograd_shape?
    /// The gradient of the input: a convolution of what arrives, from output to input channels.
    private(set) var data: assay_winograd_shape?
    /// The gradients of weight and bias.
    private(set) var weights: assay_winograd_shape?

    /// Fewer channels or pixels leave too little to save.
    private static let fewestChannels = 16
    private static let fewestPixels = 64
    /// With more pairs of channels than these it takes so many pixels.
    private static let fewWeights = 128 * 128
    private static let fewestPixelsOfManyWeights = 200

    init(
        _ convolution: NetworkGraph.Convolution, input: TensorShape, inputBlock: Int, output: TensorShape,
        outputBlock: Int, needsData: Bool, needsWeights: Bool, precision: Precision
    ) {
        guard convolution.kernelHeight == 3, convolution.kernelWidth == 3, convolution.stride == 1,
            convolution.paddingHeight == 1, convolution.paddingWidth == 1, convolution.dilation == 1,
            convolution.groups == 1, inputBlock == outputBlock, min(input.c, output.c) >= Self.fewestChannels,
            output.pixels >= Self.fewestPixels
        else { return }
        let form = assay_winograd_form_for(Int32(inputBlock))
        guard form != assay_winograd_none else { return }
        func shape(from: Int, to: Int) -> assay_winograd_shape {
            assay_winograd_shape(
                in_channels: Int32(from), out_channels: Int32(to), height: Int32(output.h), width: Int32(output.w),
                block: Int32(inputBlock), form: form)
        }
        let hasFewWeights = input.c * output.c <= Self.fewWeights
        if hasFewWeights || output.pixels >= Self.fewestPixelsOfManyWeights {
            forward = shape(from: input.c, to: output.c)
            // What a backward pass multiplies in bfloat16 is oneDNN's.
            if needsData, precision == .single { data = shape(from: output.c, to: input.c) }
        }
        if needsWeights, precision == .single { weights = shape(from: input.c, to: output.c) }
    }

    /// Whether oneDNN is left with nothing to do.
    func areAll(needsData: Bool, needsWeights: Bool) -> Bool {
        forward != nil && (data != nil || !needsData) && (weights != nil || !needsWeights)
    }
}

/// The weights of a convolution as one pass of Winograd's algorithm wants them.
final class WinogradWeights {
    private var shape: assay_winograd_shape
    private let isTurned: Bool
    private let values: UnsafeMutablePointer<Float>

    /// - Parameter isTurned: whether for the gradient of the input.
    init(_ shape: assay_winograd_shape, isTurned: Bool) {
        var shape = shape
        let count = assay_winograd_weight_count(&shape)
        (self.shape, self.isTurned) = (shape, isTurned)
        values = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.size, alignment: 64)
            .bindMemory(to: Float.self, capacity: count)
        values.initialize(repeating: 0, count: count)
    }

    deinit { UnsafeMutableRawPointer(values).deallocate() }

    /// - Parameter weight: [out, in, 3, 3] of the convolution.
    func set(_ weight: [Float]) {
        let (from, to) = (Int(shape.in_channels), Int(shape.out_channels))
        assay_winograd_weights(&shape, weight, isTurned ? 9 : from * 9, isTurned ? to * 9 : 9, isTurned ? 1 : 0, values)
    }

    /// - Parameter bias: [out]
    func convolve(
        _ input: UnsafePointer<Float>, bias: [Float]?, to output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutableRawPointer
    ) {
        var shape = shape
        if let bias {
            assay_winograd_convolve(&shape, input, values, bias, output, scratch)
        } else {
            assay_winograd_convolve(&shape, input, values, nil, output, scratch)
        }
    }
}
