import ArgumentParser
import AvailableBackends
import NeuralKernels
import ProbeTraining
import YOLODataset

/// How models are trained that have not seen what they judge.
public struct ProbeOptions: StageOptions {
    public static let stage = StageName.probe
    public static let shared: Set<String> = ["seed"]

    /// More epochs than these a budget alone does not lead to.
    private static let mostInBudget = 300

    /// What is trained from scratch where nothing else is asked for.
    public static let defaultModel: ModelName = "yolov5n"

    @Option(
        "A pretrained detector of any family, for example yolo11n.pt, yolo26n.pt, yolov8n.pt or yolov5n.pt.",
        otherwise: "from scratch, which takes more epochs")
    public var weights: InputFile?

    @Option("The size of a model from scratch.")
    public var model = Self.defaultModel

    @Option("Splits to learn from and to judge.")
    public var splits: SplitList = ["train", "val"]

    @Option("Number of folds.")
    public var folds: Whole<FoldBounds> = 3

    @Option(
        "The most images that take part in training, drawn by the seed, one of each group of likely ones first; all are judged.",
        otherwise: "all")
    public var images: Whole<LearnedBounds>?

    @Option("Side of the probe's image in pixels.")
    public var size: Whole<ProbePixelBounds> = 320

    @Option(
        "The most epochs of each fold: training ends sooner where nothing more is gained.",
        otherwise: "40; with a budget, as many as fit")
    public var epochs: Whole<RepeatBounds>?

    @Option("Images of one batch.")
    public var batch: Whole<BatchBounds> = 16

    @Option("Batches of one step.")
    public var accumulate: Whole<BatchBounds> = 1

    @Option("The way of descent.")
    public var optimizer = TrainingOptions.Method.adamW

    @Option("Learning rate.", otherwise: "0.002 for adamw, 0.01 for sgd")
    public var rate: Number<RateBounds>?

    @Option("Gradients are scaled down to this norm; 0 switches clipping off.")
    public var clip: Number<NormBounds> = 10

    @Option("Epochs of the warm-up.")
    public var warmUp: Number<EpochBounds> = 3

    @Flag(inversion: .prefixedNo, help: "Train neck and head alone.")
    public var freezeBackbone = false

    @Flag(inversion: .prefixedNo, help: "Images of half the size in the first half of the epochs.")
    public var growImageSize = false

    @Option("Probability that four images share a view; none do in the last quarter of the epochs.")
    public var mosaic: Fraction = 0.5

    @Option("Probability of turning an image upside down.")
    public var flipud: Fraction = 0

    @Option("Gains of the loss and weights of what is there, such as cls=1,obj_pw=2.", otherwise: "the trainer's")
    public var gains: GainMap = [:]

    @Option("The time that training may take, such as 10m, by the speed that is measured first: decides the epochs.")
    public var budget: TimeBudget?

    @Option(
        "Anchors in pixels of the probe's image, w,h,….",
        otherwise: "those that the anchors stage found, or the weights'")
    public var anchors: ProbeAnchors?

    @Option(
        "What computes; torch is an installed PyTorch, auto the same where it finds a GPU.",
        otherwise: "the fastest of this build")
    public var backend: BackendName?

    @Option("Where torch or auto compute: cuda is a GPU of NVIDIA.", otherwise: "cpu; of auto a GPU where there is one")
    public var device: ComputeDevice?

    @OptionGroup public var seeding: SeedOption

    public init() {}

    /// What computes on this machine.
    public var choice: BackendChoice { Backends.choice(of: backend?.name, on: device) }

    /// How the probe trains on a dataset.
    ///
    /// - Throws: `FileError` where a split is not there.
    public func settings(_ dataset: Dataset) throws -> ProbeSettings {
        var training = TrainingOptions()
        training.method = optimizer
        training.rate = rate?.value ?? optimizer.usualRate
        training.momentum = optimizer.usualMomentum
        training.imageSize = size.value
        training.epochs = epochs?.value ?? (budget == nil ? training.epochs : Self.mostInBudget)
        training.batch = batch.value
        training.normalizationBatch = min(training.normalizationBatch, batch.value)
        training.accumulation = accumulate.value
        training.clipNorm = clip.value == 0 ? .infinity : clip.value
        training.warmUpEpochs = warmUp.value
        training.freezesBackbone = freezeBackbone
        training.growsImageSize = growImageSize
        training.augmentation.mosaic = mosaic.value
        training.augmentation.upsideDown = flipud.value
        training.gains = gains.gains
        training.seed = seeding.number
        training.backend = backend?.name
        training.device = device
        return ProbeSettings(
            weights: weights?.path, model: model.name, splits: try splits.names(in: dataset), folds: folds.value,
            images: images?.value, budget: budget?.seconds, training: training)
    }
}
