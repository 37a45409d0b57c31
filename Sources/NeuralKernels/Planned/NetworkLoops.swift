/// The loops of a planned network between its convolutions, and the memory that they run over: that of this machine, or of
/// a device, whose addresses nobody else may follow.
///
/// Activations lie as `[C/block][H·W][block]`; on a device blocks are of one channel. Lists of figures, such as a batch-norm's,
/// are always this machine's. A network calls it from one thread, in order.
package protocol NetworkLoops: AnyObject {
    /// Where values are read, and where they are written.
    typealias Source = UnsafePointer<Float>
    typealias Target = UnsafeMutablePointer<Float>

    /// Memory for so many floats, aligned to 64 bytes.
    func allocate(_ count: Int) throws -> Target
    /// Gives it back.
    func release(_ block: Target)
    /// Copies values of this machine's memory into it.
    func load(_ values: Source, to: Target, count: Int) throws
    /// Adds values of this machine's memory to it.
    func loadAdding(_ values: Source, to: Target, count: Int) throws
    /// Copies values into this machine's memory, once all that was asked for before is done.
    func store(_ from: Source, to: Target, count: Int) throws

    /// to = act(before); both may be one place.
    func activate(_ activation: NetworkGraph.Activation, _ before: Target, to: Target, count: Int) throws
    /// As `activate`; `before` becomes the activation's derivative.
    func activateKeepingDerivative(
        _ activation: NetworkGraph.Activation, _ before: Target, to: Target, count: Int) throws
    /// to = a + b
    func sum(_ a: Source, _ b: Source, to: Target, count: Int) throws
    /// to += from
    func add(_ from: Source, to: Target, count: Int) throws
    /// to = from
    func copy(_ from: Source, to: Target, count: Int) throws
    /// to *= by
    func multiply(_ to: Target, by: Source, count: Int) throws
    /// to = 0
    func zero(_ to: Target, count: Int) throws
    /// Copies channels between layouts, or adds them; offsets are channels.
    func copyChannels(
        _ from: (values: Source, block: Int, offset: Int), to: (values: Target, block: Int, offset: Int), count: Int,
        pixels: Int, accumulate: Bool) throws

    /// The greatest of each window, the first of equals; `winners` holds its pixel as a whole number of 32 bits.
    func maxPool(_ pool: PoolShape, _ from: Source, to: Target, winners: Target) throws
    /// to += what arrives at the winners.
    func maxPoolBackward(_ pool: PoolShape, gradient: Source, winners: Target, to: Target) throws
    /// Each pixel becomes a square of its like.
    func upsample(_ shape: UpsampleShape, _ from: Source, to: Target) throws
    /// The gradient of that, added where it is said.
    func upsampleBackward(_ shape: UpsampleShape, gradient: Source, to: Target, accumulate: Bool) throws
    /// Channels laid out as pixels, and the way back, over plain channels.
    func shuffle(_ shuffle: PixelShuffle, _ from: Source, to: Target, isBackward: Bool) throws

    /// The softmax of each row, in place.
    func softmaxRows(_ scores: Target, rows: Int, length: Int) throws
    /// From the softmax's result and the gradient of it, the gradient of the scores times `scale`, in its place.
    func softmaxRowsBackward(_ weights: Source, gradient: Target, rows: Int, length: Int, scale: Float) throws

    /// sum += Σ(z − shift), squares += Σ(z − shift)², a value a channel.
    func batchSums(
        _ z: Source, _ shape: NormalizedShape, shift: [Float], sum: inout [Double], squares: inout [Double]) throws
    /// y = act(scale·z + offset)
    func normalize(_ z: Source, to: Target, _ shape: NormalizedShape, scale: [Float], offset: [Float]) throws
    /// gradient *= act'(scale·z + offset); sum += Σ gradient, products += Σ gradient·(z − shift).
    func normalizeBackwardSums(
        _ z: Source, gradient: Target, _ shape: NormalizedShape, scale: [Float], offset: [Float], shift: [Float],
        sum: inout [Double], products: inout [Double]) throws
    /// gradient = byGradient·gradient + byValue·z + constant
    func normalizeBackward(
        _ z: Source, gradient: Target, _ shape: NormalizedShape, byGradient: [Float], byValue: [Float],
        constant: [Float]) throws
}

/// Windows of a max-pooling.
package struct PoolShape {
    /// What is read.
    package var input: TensorShape
    /// The result.
    package var output: TensorShape
    /// Channels that lie together.
    package var block: Int
    /// Side of a window.
    package var kernel: Int
    /// From one window to the next.
    package var stride: Int
    /// Pixels around, which never win.
    package var padding: Int

    /// A pooling by its figures.
    package init(input: TensorShape, output: TensorShape, block: Int, kernel: Int, stride: Int, padding: Int) {
        self.input = input
        self.output = output
        self.block = block
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }
}

/// An upsampling by whole pixels.
package struct UpsampleShape {
    /// What is read.
    package var input: TensorShape
    /// Channels that lie together.
    package var block: Int
    /// Pixels that one becomes, each way.
    package var factor: Int

    /// An upsampling by its figures.
    package init(input: TensorShape, block: Int, factor: Int) {
        self.input = input
        self.block = block
        self.factor = factor
    }
}

/// What a batch-norm sees of one image, with the activation behind it.
package struct NormalizedShape {
    /// How many there are.
    package var channels: Int
    /// Channels that lie together.
    package var block: Int
    /// Of one channel.
    package var pixels: Int
    /// What follows.
    package var activation: NetworkGraph.Activation

    /// Channels and what follows them.
    package init(channels: Int, block: Int, pixels: Int, activation: NetworkGraph.Activation) {
        self.channels = channels
        self.block = block
        self.pixels = pixels
        self.activation = activation
    }

    /// Whether that is SiLU, and the slope of a leaky ReLU; 1 for no activation.
    package var form: (isSiLU: Bool, slope: Float) {
        switch activation {
        case .silu: (true, 0)
        case .leakyReLU(let slope): (false, slope)
        case .none: (false, 1)
        }
    }
}
