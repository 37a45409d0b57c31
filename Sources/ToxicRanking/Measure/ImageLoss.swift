import YOLODataset
import YOLOModel

/// A gradient's norm, whole and a part of the network each.
public struct GradientNorms: Sendable, Hashable {
    /// Of the whole gradient.
    public var total: Double
    /// Of the backbone's parameters; 0 where the gradient does not reach them.
    public var backbone: Double
    /// Of the neck's parameters; 0 where the gradient does not reach them.
    public var neck: Double
    /// Of the head's parameters.
    public var head: Double
}

/// An image's loss over a training, by a model that has not seen it.
public struct TraceFigures: Sendable, Hashable {
    /// Over the moments at which it was taken.
    public let mean: Double
    /// Standard deviation.
    public let spread: Double
    /// What the last loss lies above the least.
    public let forgotten: Double

    init?(_ losses: [Double]) {
        guard let last = losses.last, let least = losses.min() else { return nil }
        let mean = losses.reduce(0, +) / Double(losses.count)
        self.mean = mean
        spread = (losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(losses.count)).squareRoot()
        forgotten = last - least
    }
}

/// Everything measured on one image.
public struct ImageLoss: Sendable {
    /// The image, its split and its label file.
    public let sample: DatasetSample
    /// After EXIF orientation; 0 where the image could not be read.
    public var width = 0
    /// As `width`, in pixels.
    public var height = 0
    /// Labels that the loss was computed on.
    public var boxes: [LabelBox] = []
    /// What the trainer would print for this image alone.
    public var parts: LossParts?
    /// On the dataset's denominators, so that the mean over the images is the loss of the dataset as one batch.
    public var share: LossParts?
    /// On the image's own count of matches.
    public var intensity: LossParts?
    /// One a label of `boxes`, in their order.
    public var labels: [LabelLoss] = []
    /// Nil where there is no gradient.
    public var norms: GradientNorms?
    /// ‖g‖²/Σ‖g‖².
    public var energyShare: Double?
    /// ⟨g, ḡ⟩/(N·‖ḡ‖²): the part of the mean gradient that this image provides; negative: it pulls against the rest.
    public var projectionShare: Double?
    /// Cosine of g and the mean gradient of all other images.
    public var leaveOneOutCosine: Double?
    /// Of log ‖g‖ among images with a similar number of boxes.
    public var robustZ: Double?
    /// Over the training of the probe.
    public var trace: TraceFigures?
    /// The fold whose model judged it, from 1; nil in sample.
    public var fold: Int?
    /// That something is wrong with the image or one of its labels.
    public var probability = 0.0
    /// Suspicions with a probability from one half on.
    public var suspicions = 0
    /// Why there are no figures: the image is unreadable, or the loss is NaN or infinite.
    public var problem: String?
    /// 1-based place in the ranking.
    public var rank = 0
    /// Why it stands where it stands, in words.
    public var reason = ""

    /// Without figures yet.
    public init(sample: DatasetSample) { self.sample = sample }
}
