import ArgumentParser
import AvailableBackends
import Imaging
import NeuralKernels
import ToxicRanking
import YOLODataset
import YOLOModel

/// How images pass a network that judges them.
public struct PassingOptions: ParsableArguments, Sendable {
    @Option(
        "What computes; torch is an installed PyTorch, auto the same where it finds a GPU.",
        otherwise: "the fastest of this build")
    public var backend: BackendName?

    @Option("Where torch or auto compute: cuda is a GPU of NVIDIA.", otherwise: "cpu; of auto a GPU where there is one")
    public var device: ComputeDevice?

    @Option("How images are fitted: rectangle is faster, validation as trainers validate; losses change.")
    public var letterbox = Letterbox.Outline.square

    @Flag(
        inversion: .prefixedNo,
        help: "Find the checkpoint's classes by name, where their order or number differs from the dataset's.")
    public var mapClasses = false

    public init() {}

    /// What computes on this machine.
    public var choice: BackendChoice { Backends.choice(of: backend?.name, on: device) }

    /// Puts what was asked for into the run's options.
    public func set(_ options: inout ToxicOptions) {
        options.backend = backend?.name
        options.device = device
        options.outline = letterbox
    }
}

/// How images are ranked.
public struct RankingOptions: StageOptions {
    public static let stage = StageName.toxic
    public static let shared: Set<String> = ["weights", "seed"]
    public static let presentation: Set<String> = ["top", "fail_on_suspicions"]

    /// Whose models judge where a plan has both.
    public enum Judge: String, SettingWord {
        /// Models that have not seen the image.
        case probe
        /// The user's own checkpoint.
        case weights
    }

    @Option("Splits to rank, for example train,val.")
    public var splits: SplitList = ["train", "val"]

    @Option("Rows of the text table.")
    public var top: Whole<RowBounds> = 20

    @Option("A suspicion of this probability or more makes the exit status 1, unless a person has rejected it.")
    public var failOnSuspicions: Fraction?

    @Option(
        "Of which parameters gradients are: small orders images nearly as full does, in less time; head does not.")
    public var gradient = GradientReach.full

    @Option(
        "Of gradients: bfloat16 is faster on some CPUs (1.2 times on Zen 5) and slower on others; losses stay as they are."
    )
    public var precision = Precision.single

    @Option("Who judges where a plan has a probe and weights.")
    public var judge = Judge.probe

    @Flag(
        inversion: .prefixedNo,
        help: "Gradient figures of each image's share of the dataset's loss, instead of its loss as a batch of one.")
    public var gradientOfShare = false

    @Option(
        "Whose loss it is: that of Ultralytics up to 8.3, from 8.4.0 on, or from 8.4.128 on.",
        otherwise: "as the checkpoint's version says, else the newest")
    public var loss: LossRelease?

    @Option(
        "Whose settings hyp.suggested.yaml holds.",
        otherwise: "in a plan the trainer of its labels, where that takes such a file; else ultralytics")
    public var trainer: AdviceTrainer?

    @Option("Order of the images.")
    public var sort = ImageOrder.toxicity

    @OptionGroup public var passing: PassingOptions
    @OptionGroup public var image: ImageSizeOption
    @OptionGroup public var model: WeightsOption
    @OptionGroup public var seeding: SeedOption

    public init() {}

    /// How the images of a dataset are ranked.
    ///
    /// - Parameters:
    ///   - imageSize: of the judging models, where they have their own; an option goes before it.
    ///   - reader: the trainer that labels are read as, by a plan.
    /// - Throws: `FileError` where a split is not there.
    public func run(_ dataset: Dataset, imageSize: Int?, reader: Trainer? = nil, jobs: Int) throws -> ToxicOptions {
        var options = ToxicOptions()
        options.imageSize = image.imageSize?.value ?? imageSize ?? image.pixels
        options.splits = try splits.names(in: dataset)
        options.seed = seeding.number
        options.jobs = jobs
        passing.set(&options)
        options.gradientOfShare = gradientOfShare
        options.trainer = trainer ?? reader.flatMap { AdviceTrainer(rawValue: $0.rawValue) } ?? options.trainer
        options.gradient = gradient
        options.precision = precision
        return options
    }
}
