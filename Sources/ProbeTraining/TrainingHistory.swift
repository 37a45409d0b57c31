import YOLOModel

/// What one step of one fold did.
public struct TrainingStep: Sendable, Hashable, Codable {
    /// From 0.
    public var fold: Int
    /// From 0.
    public var epoch: Int
    /// From 0, within the epoch.
    public var step: Int
    /// Mean over the step's batches, gains included.
    public var parts: LossParts
    /// Of the whole step's gradient, before clipping.
    public var gradientNorm: Double
    /// ‖g‖/max_norm; above 1 the gradient was scaled down.
    public var clipRatio: Double
    /// Learning rate of the weights.
    public var rate: Double
    /// Images of the step, in the order of the trainer's samples; mosaics name their first.
    public var images: [Int]

    /// Whether the gradient was scaled down.
    public var isClipped: Bool { clipRatio > 1 }

    /// A step by its figures.
    package init(
        fold: Int, epoch: Int, step: Int, parts: LossParts, gradientNorm: Double, clipRatio: Double, rate: Double,
        images: [Int]
    ) {
        self.fold = fold
        self.epoch = epoch
        self.step = step
        self.parts = parts
        self.gradientNorm = gradientNorm
        self.clipRatio = clipRatio
        self.rate = rate
        self.images = images
    }
}

/// What an image's loss is at some moment of the training, by a model that has not seen it.
public struct LossTrace: Sendable, Hashable, Codable {
    /// From 0.
    public var epoch: Int
    /// A sample each; nil where every fold learns from it, or the loss is not finite.
    public var losses: [Double?]

    /// The properties of the same names.
    package init(epoch: Int, losses: [Double?]) { (self.epoch, self.losses) = (epoch, losses) }
}

/// Everything about a training that is told afterwards.
struct TrainingHistory: Codable {
    var steps: [TrainingStep] = []
    var traces: [LossTrace] = []
    /// What the folds predict on images that they have not learned from, at each look; nil of states that do not say.
    var qualities: [JudgeQuality?]?
}

/// What a training leaves.
public struct TrainedFolds: Sendable {
    /// One a fold.
    public let models: [DetectionModel]
    /// All folds' steps, in the order of time.
    public let steps: [TrainingStep]
    /// Losses of held-out images at moments of the training.
    public let traces: [LossTrace]
    /// What the models predict on images that they have not learned from, at the moments of `traces`; nil where no such
    /// image has a label.
    public let qualities: [JudgeQuality?]
    /// How long it went on.
    package let course: TrainingCourse
    /// How long an epoch took; nil where none was left to train.
    public let secondsPerEpoch: Double?

    /// What the finished models predict on images that they have not learned from; nil where no such image has a label.
    public var quality: JudgeQuality? { qualities.last ?? nil }
}
