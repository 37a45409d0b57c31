import NeuralKernels
import YOLOModel

/// How the probe trains.
public struct TrainingOptions: Sendable, Hashable {
    /// How steps follow from gradients.
    public enum Method: String, Sendable, CaseIterable {
        /// Stochastic gradient descent with Nesterov's momentum.
        case sgd
        /// Adam with decoupled weight decay.
        case adamW = "adamw"

        /// The learning rate that suits the method.
        public var usualRate: Double { self == .sgd ? 0.01 : 0.002 }
        /// The momentum that suits the method: the trainer's for SGD, β₁ of Adam's authors for AdamW.
        public var usualMomentum: Double { self == .sgd ? 0.937 : 0.9 }
    }

    /// How steps follow from gradients.
    public var method = Method.adamW
    /// Side of the square in pixels.
    public var imageSize = 320
    /// How often each image is seen.
    public var epochs = 40
    /// Images of one batch.
    public var batch = 16
    /// Images whose pixels a batch-norm sees together. It is a property of the result, unlike the number of threads.
    public var normalizationBatch = 8
    /// Batches of one step.
    public var accumulation = 1
    /// For SGD a step's gradient is the sum over its images, so that the step grows with the batch (linear scaling).
    public var rate = 0.002
    /// The last epoch's rate, as a part of `rate`.
    public var finalRate = 0.01
    /// SGD's momentum, and AdamW's β₁.
    public var momentum = 0.9
    /// For convolution weights alone, a step over 64 images; neither biases nor batch-norms decay.
    public var weightDecay = 5e-4
    /// Epochs in which rates rise, at most half of all.
    public var warmUpEpochs = 3.0
    /// Gradients are scaled down to this norm; infinity switches clipping off.
    public var clipNorm = 10.0
    /// The moving average of the weights follows with 1 − decay·(1 − e^(−steps/ramp)).
    public var averageDecay = 0.995
    /// Steps in which the moving average's memory grows.
    public var averageRamp = 100.0
    /// How fast running statistics follow those of the batch.
    public var statisticsMomentum = 0.03
    /// Whether the backbone stays as it came.
    public var freezesBackbone = false
    /// Whether the first half of the epochs sees images of half the size.
    public var growsImageSize = false
    /// How far images are varied.
    public var augmentation = Augmentation()
    /// The last part of the epochs that goes without mosaics.
    public var plainPart = 0.25
    /// Gains and positive weights of the loss by the trainer's names; what is not named is as the trainer has it.
    public var gains: [String: Double] = [:]
    /// Of every random choice.
    public var seed: UInt64 = 0
    /// `onednn`, `reference`, `torch` or `auto`; nil for the fastest of this build.
    public var backend: String?
    /// Where the backends `torch` and `auto` compute; nil for the CPU, and for a GPU of `auto` where there is one.
    public var device: ComputeDevice?
    /// Threads; results do not depend on it.
    public var jobs = 1

    public init() {}
}
