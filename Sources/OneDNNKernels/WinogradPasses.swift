import CVectorKernels
import CheckedNumbers
import NeuralKernels

/// Which passes of a convolution are this package's own, by Winograd's algorithm; the others are oneDNN's.
///
/// The shape alone decides, so that the bits are the same in every run. With few pixels it costs more to transform weights,
/// or to read transformed ones, four times as many, than the saved multiplications.
struct WinogradPasses {
    /// The convolution.
    private(set) var forward: WinogradShape?
    /// The gradient of the input: a convolution of what arrives, from output to input channels.
    private(set) var data: WinogradShape?
    /// The gradients of weight and bias.
    private(set) var weights: WinogradShape?

    /// Fewer channels or pixels leave too little to save.
    private static let fewestChannels = 16
    private static let fewestPixels = 64
    /// With more pairs of channels than these it takes so many pixels.
    private static let fewWeights = 128 * 128
    private static let fewestPixelsOfManyWeights = 200

    init(_ request: ConvolutionRequest) {
        let (convolution, input, output) = (request.convolution, request.input, request.output)
        guard convolution.kernelHeight == 3, convolution.kernelWidth == 3, convolution.stride == 1,
            convolution.paddingHeight == 1, convolution.paddingWidth == 1, convolution.dilation == 1,
            convolution.groups == 1, request.inputBlock == request.outputBlock,
            min(input.c, output.c) >= Self.fewestChannels, output.pixels >= Self.fewestPixels
        else { return }
        let form = assay_winograd_form_for(Int32(request.inputBlock))
        guard form != assay_winograd_none else { return }
        func shape(from: Int, to: Int) -> WinogradShape {
            WinogradShape(
                shape: assay_winograd_shape(
                    in_channels: Int32(from), out_channels: Int32(to), height: Int32(output.h),
                    width: Int32(output.w), block: Int32(request.inputBlock), form: form))
        }
        // What a backward pass multiplies in bfloat16 is oneDNN's.
        let isSingle = request.precision == .single
        if input.c * output.c <= Self.fewWeights || output.pixels >= Self.fewestPixelsOfManyWeights {
            forward = shape(from: input.c, to: output.c)
            if request.needsData, isSingle { data = shape(from: output.c, to: input.c) }
        }
        if request.needsWeights, isSingle { weights = shape(from: input.c, to: output.c) }
    }

    /// Whether oneDNN is left with nothing to do.
    func areAll(of request: ConvolutionRequest) -> Bool {
        forward != nil && (data != nil || !request.needsData) && (weights != nil || !request.needsWeights)
    }
}

/// A convolution for `CVectorKernels`.
struct WinogradShape {
    fileprivate var shape: assay_winograd_shape

    /// Bytes that the convolution needs beside its operands.
    var scratchSize: Int { withUnsafePointer(to: shape, assay_winograd_scratch_size) }

    /// Bytes that the gradients of weight and bias need beside their operands.
    var gradientScratchSize: Int { withUnsafePointer(to: shape, assay_winograd_gradient_scratch_size) }

    /// Values of the weight.
    var weightCount: Int { Int(shape.in_channels) * Int(shape.out_channels) * 9 }

    /// Bytes of the weight's gradient, a multiple of 64: channels come in blocks of 8 and more.
    var gradientSize: Int { weightCount * MemoryLayout<Float>.size }

    /// - Parameters:
    ///   - weight: room for `[out, in, 3, 3]`.
    ///   - bias: `[out]`.
    ///   - accumulate: whether to add to what is there.
    func gradient(
        _ input: UnsafePointer<Float>, _ arriving: UnsafePointer<Float>, weight: UnsafeMutablePointer<Float>,
        bias: inout [Float], accumulate: Bool, scratch: UnsafeMutableRawPointer
    ) {
        var shape = shape
        assay_winograd_gradient(&shape, input, arriving, weight, &bias, accumulate ? 1 : 0, scratch)
    }
}

/// The weights of a convolution as one pass of Winograd's algorithm wants them.
final class WinogradWeights {
    private var shape: assay_winograd_shape
    private let isTurned: Bool
    private let values: UnsafeMutablePointer<Float>

    /// - Parameter isTurned: whether for the gradient of the input.
    init(_ winograd: WinogradShape, isTurned: Bool) {
        (shape, self.isTurned) = (winograd.shape, isTurned)
        let count = withUnsafePointer(to: winograd.shape, assay_winograd_weight_count)
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
