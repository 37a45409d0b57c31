import AnchorFitting
import ArgumentParser

/// What anchors are fitted for.
public struct AnchorOptions: StageOptions {
    public static let stage = StageName.anchors
    public static let shared: Set<String> = ["image_size", "weights", "seed"]

    @Option("Number of anchors.", otherwise: "as many as the model in use has, or 9")
    public var count: Whole<AnchorBounds>?

    @Option(name: [.customLong("splits"), .customLong("split")], "Splits whose boxes are fitted, as train,val.")
    public var splits: SplitList = ["train"]

    @Option(
        name: [.customLong("current"), .customLong("anchors"), .customLong("model"), .customLong("weights")],
        "The anchors in use: w,h,w,h,… in pixels, or a checkpoint, a model YAML or a darknet .cfg that holds them.")
    public var current: CurrentAnchors?

    @Option(
        name: [.customLong("size"), .customLong("image-size")],
        "Training image: a side in pixels, or width x height as 640x384.", otherwise: "the model's, or 640")
    public var size: InputSize?

    @Option("How images are made to fit: as YOLOv5 and later, or as darknet.", otherwise: "what the model in use does")
    public var resize: TrainingInput.Resize?

    @Option("Strides of the levels, for example 8,16,32,64.", otherwise: "those of the model in use")
    public var strides: LevelNumbers<StrideBounds> = []

    @Option("Anchors a level: one number, or one a level as 2,3,4.")
    public var perLevel: LevelNumbers<AnchorBounds> = []

    @Option(name: [.customLong("classes"), .customLong("class")], "Only these classes, by name or number.")
    public var classes: ClassList = []

    @Option("How much boxes count: uniform, inverse (every class the same in all), or name=2,3=0.5.")
    public var classWeights: ClassWeighting = "uniform"

    @Option("Multi-scale training: fitness is averaged over these factors of the size, as 0.5..1.5.")
    public var scales: ScaleRange?

    @Option("The trainer's scale augmentation: sizes from 1 − gain to 1 + gain.")
    public var augmentScale: Number<ScaleGainBounds> = 0

    @Option("The least best possible recall: a condition on the new anchors; with --check, on the current ones.")
    public var minBpr: Fraction?

    @Flag(inversion: .prefixedNo, help: "Sides in whole pixels, found by search.")
    public var wholePixels = false

    @Option("The best there are, or plain k-means to compare: Euclidean, or by 1 − IoU.")
    public var method = AnchorFit.Options.Method.best

    @Option("Folds of the cross-validation.")
    public var folds: CrossFolds = 5

    @Flag(inversion: .prefixedNo, help: "Prove how high the fitness of any anchors can be.")
    public var certify = false

    @OptionGroup public var seeding: SeedOption

    public init() {}

    /// What the fit is asked for.
    public var request: AnchorRequest {
        var request = AnchorRequest()
        request.size = size?.description
        request.resize = resize
        request.count = count?.value
        request.strides = strides.numbers
        request.perLevel = perLevel.numbers
        request.classes = classes.classes
        request.classWeights = classWeights.description
        request.scales = scales?.description
        request.augmentScale = augmentScale.value
        request.leastRecall = minBpr?.value
        request.wholePixels = wholePixels
        request.method = method
        request.folds = folds.count
        request.certifies = certify
        request.seed = seeding.number
        return request
    }
}
