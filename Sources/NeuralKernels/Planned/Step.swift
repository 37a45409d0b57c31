/// One step of a compiled network. Places are parts of the network's one block of memory; counts are floats.
enum Step {
    typealias Place = MemoryPlan.Place

    case importInput(to: Place, count: Int)
    case exportOutput(Int, from: Place, block: Int, channels: Int, pixels: Int)
    case importGradient(Int, to: Place, block: Int, channels: Int, pixels: Int, accumulate: Bool)

    case convolve(Int, from: Place, to: Place)
    case convolutionBackwardData(Int, gradient: Place, to: Place)
    case convolutionBackwardWeights(Int, from: Place, gradient: Place)

    /// Batch-norm by the statistics of all images of the pass, then the convolution's activation. Steps of this kind
    /// run once for all images.
    case normalizeBatch(Int, Place, to: Place)
    /// In place over the gradient.
    case normalizeBatchBackward(Int, Place, gradient: Place)
    /// From what a convolution gives before its activation: in place over the gradient, back through the activation,
    /// with the gradients of scale and shift. Runs once for all images.
    case shiftBackward(Int, Place, gradient: Place)

    case activate(NetworkGraph.Activation, Place, to: Place, count: Int)
    case activateKeepingDerivative(NetworkGraph.Activation, Place, to: Place, count: Int)

    /// Over plain channels; keeps the softmax weights for the way back.
    case attention(SoftmaxAttention, from: Place, to: Place, weights: Place)
    case attentionBackward(
        SoftmaxAttention, from: Place, weights: Place, gradient: Place, to: Place, scratch: Place)

    /// Over plain channels.
    case pixelShuffle(PixelShuffle, from: Place, to: Place)
    case pixelShuffleBackward(PixelShuffle, gradient: Place, to: Place)

    case maxPool(PoolShape, from: Place, to: Place, winners: Place)
    case maxPoolBackward(PoolShape, gradient: Place, winners: Place, to: Place)
    case upsample(UpsampleShape, from: Place, to: Place)
    case upsampleBackward(UpsampleShape, gradient: Place, to: Place, accumulate: Bool)

    case sum(Place, Place, to: Place, count: Int)
    case add(Place, to: Place, count: Int)
    case copy(Place, to: Place, count: Int)
    case multiply(Place, by: Place, count: Int)
    case zero(Place, count: Int)
    case copyChannels(Channels, to: Channels, count: Int, pixels: Int, accumulate: Bool)

    /// Channels from `offset` of an activation in some layout.
    struct Channels {
        var place: Place
        var block: Int
        var offset: Int
    }

    /// The place of the convolution that the step belongs to.
    var convolution: Int? {
        switch self {
        case .convolve(let index, _, _), .convolutionBackwardData(let index, _, _),
            .convolutionBackwardWeights(let index, _, _):
            index
        default: nil
        }
    }

    /// What it counts as in a profile.
    var kind: ProfileEntry.Kind {
        switch self {
        case .convolve: .forward
        case .convolutionBackwardData: .backwardData
        case .convolutionBackwardWeights: .backwardWeights
        case .normalizeBatch, .normalizeBatchBackward, .shiftBackward: .normalization
        case .activate, .activateKeepingDerivative, .multiply: .activation
        case .attention, .attentionBackward: .attention
        case .maxPool, .maxPoolBackward: .pooling
        case .upsample, .upsampleBackward, .pixelShuffle, .pixelShuffleBackward: .upsampling
        case .importInput, .exportOutput, .importGradient, .sum, .add, .copy, .zero, .copyChannels: .moving
        }
    }

    /// Every place that the step touches.
    var places: [Place] {
        switch self {
        case .importInput(let a, _), .exportOutput(_, let a, _, _, _), .importGradient(_, let a, _, _, _, _),
            .zero(let a, _):
            [a]
        case .convolve(_, let a, let b), .convolutionBackwardData(_, let a, let b),
            .convolutionBackwardWeights(_, let a, let b), .activateKeepingDerivative(_, let a, let b, _),
            .activate(_, let a, let b, _), .normalizeBatch(_, let a, let b),
            .normalizeBatchBackward(_, let a, let b), .shiftBackward(_, let a, let b), .upsample(_, let a, let b),
            .pixelShuffle(_, let a, let b), .pixelShuffleBackward(_, let a, let b),
            .upsampleBackward(_, let a, let b, _), .add(let a, let b, _),
            .copy(let a, let b, _), .multiply(let a, let b, _):
            [a, b]
        case .maxPool(_, let a, let b, let c), .maxPoolBackward(_, let a, let b, let c),
            .sum(let a, let b, let c, _):
            [a, b, c]
        case .attention(_, let a, let b, let c): [a, b, c]
        case .attentionBackward(_, let a, let b, let c, let d, let e): [a, b, c, d, e]
        case .copyChannels(let a, let b, _, _, _):
            [a.place, b.place]
        }
    }
}
