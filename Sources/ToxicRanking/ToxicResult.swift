import YOLOModel

/// What a run found.
public struct ToxicResult: Sendable {
    /// The worst first.
    public var images: [ImageLoss]
    /// Of labels, places and images, with the expected numbers of each kind.
    public var suspicions = SuspicionList()
    /// In the order of the listing.
    public var predictions: [ImagePredictions] = []
    /// Whether images were judged by models that have not seen them.
    public var isOutOfFold = false
    /// What the models predict, held against the labels; nil where there are none.
    public var quality: JudgeQuality?
    /// Whether the models can judge labels at all.
    public var verdict = JudgeVerdict(nil, training: nil)
    /// Training settings that the figures speak for.
    public var advice = TrainingAdvice()
    /// What gradients are of.
    public var reach: GradientReach
    /// How many images carry the gradient: (Σ ‖g‖²)²/Σ ‖g‖⁴; nil where there is none.
    public var effectiveSampleSize: Double?
    /// Share of images whose gradient norm is above max_norm 10; nil where that of the whole gradient is not known.
    public var clippedAt10: Double?
    /// Share of images whose gradient norm is above max_norm 1; nil as `clippedAt10`.
    public var clippedAt1: Double?
    /// What the 1 % of images with the largest gradients hold of all squared norms; nil where there is none.
    public var topPercentEnergy: Double?
    /// Loss of the dataset as one batch.
    public var datasetLoss: LossParts
    /// What computed it, as `BackendChoice.identity` says it.
    public var backend: String
}
