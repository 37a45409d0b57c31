import CheckedNumbers
import FileReading
import YOLODataset
import YOLOModel

/// What a person asks of a probe.
public struct ProbeSettings: Sendable, Hashable {
    /// Path of pretrained weights; nil for training from scratch.
    public var weights: String?
    /// A published size, for training from scratch.
    public var model: String
    /// Splits to learn from and to judge.
    public var splits: [String]
    /// Models, of which each judges the images that it has not seen; 2 at least.
    public var folds: Int
    /// The most images that take part in training; nil for all.
    public var images: Int?
    /// Seconds that training may take: no more epochs than fit, at the size that was asked for.
    public var budget: Double?
    /// How each of them is trained.
    public var training: TrainingOptions

    /// The defaults are those of the command and of a plan.
    public init(
        weights: String? = nil, model: String = "yolov5n", splits: [String] = ["train", "val"], folds: Int = 3,
        images: Int? = nil, budget: Double? = nil, training: TrainingOptions = TrainingOptions()
    ) {
        self.weights = weights
        self.model = model
        self.splits = splits
        self.folds = folds
        self.images = images
        self.budget = budget
        self.training = training
    }

    /// Steps of each fold below which nothing that the models say is believed.
    package var leastSteps: Int { weights == nil ? 400 : 100 }
}

/// A finished probe.
public struct ProbeResult: Sendable {
    /// What all folds began with.
    public let start: StartingModel
    /// The images, and which fold judges which.
    public let split: ProbeSplit
    /// With the epochs that a budget has led to: the most.
    public let settings: ProbeSettings
    /// What training left.
    public let trained: TrainedFolds

    /// One a fold: the model that has not seen the fold's images.
    public var models: [DetectionModel] { trained.models }
    /// All folds' steps, in the order of time.
    public var steps: [TrainingStep] { trained.steps }
    /// Losses of held-out images at moments of the training.
    public var traces: [LossTrace] { trained.traces }
    /// The epochs that were done.
    public var epochs: Int { trained.course.epochs }

    /// How far the folds were trained.
    public var training: JudgeTraining {
        JudgeTraining(
            steps: (steps.map(\.step).max() ?? -1) + 1, leastSteps: settings.leastSteps, epochs: epochs,
            hasConverged: trained.course.hasConverged)
    }

    /// Whether the models can judge labels.
    public var verdict: JudgeVerdict { JudgeVerdict(trained.quality, training: training) }

    /// What stands in the way of judging, with the way out; nil where nothing does.
    ///
    /// - Parameter withTime: also says how long what would be enough takes on this machine, where that was measured.
    public func doubt(withTime: Bool) -> String? {
        verdict.sentence(secondsPerEpoch: withTime ? trained.secondsPerEpoch : nil)
    }

    /// The part of the steps whose gradient was scaled down, 0…1.
    public var clippedShare: Double {
        steps.isEmpty ? 0 : Double(steps.count(where: \.isClipped)) / Double(steps.count)
    }

    /// Mean over the steps of the last epoch.
    public var lastLoss: LossParts {
        let epoch = steps.map(\.epoch).max() ?? 0
        let last = steps.filter { $0.epoch == epoch }
        return last.reduce(into: LossParts()) { $0.add($1.parts, factor: 1 / Double(last.count)) }
    }

    /// What the curves say about the training, a sentence each; empty where nothing is amiss.
    public var diagnoses: [String] {
        TrainingDiagnosis.sentences(steps, images: split.samples.map(\.sample.image))
            + (settings.weights == nil ? [Self.fromScratch] : [])
    }

    /// What training without pretrained weights costs, and where such weights are.
    private static let fromScratch =
        "trained from scratch: it finds less than from pretrained weights in as many epochs; download yolo11n.pt or "
        + "yolo26n.pt from github.com/ultralytics/assets/releases, or yolov5n.pt from "
        + "github.com/ultralytics/yolov5/releases, and name it by --weights (probe.weights of a plan)"

    /// What a `ProbeFolder` consists of, name by name.
    ///
    /// - Throws: where a model cannot be encoded.
    public func files() throws -> [(name: String, bytes: [UInt8])] {
        try ProbeFolder.files(
            models, start, split, imageSize: settings.training.imageSize, steps: steps, traces: traces,
            qualities: trained.qualities, training: training)
    }
}

/// Splits, trains, and keeps what is needed to judge out of fold.
public enum ProbeRun {
    /// Results depend on neither `jobs` nor on being interrupted in between; with a budget, on how fast the machine is.
    ///
    /// - Parameters:
    ///   - anchors: in pixels of the training image, a level each; nil for those of the weights.
    ///   - statePath: where the state is kept between epochs; nil for nowhere.
    ///   - identity: a digest of dataset and settings: another one's state is not gone on with.
    ///   - progress: finished epochs of all, as far as is known by then.
    public static func run(
        _ dataset: Dataset, settings: ProbeSettings, anchors: [[(width: Double, height: Double)]]? = nil,
        statePath: String? = nil, identity: String = "", jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> ProbeResult {
        var settings = settings
        settings.training.jobs = jobs
        let start = try StartingModel(
            weights: settings.weights, name: settings.model, classCount: dataset.classCount,
            classNames: dataset.classNames, anchors: anchors, seed: settings.training.seed)
        try check(settings.training.gains, start.model.family)
        try start.model.checkImageSize(settings.training.imageSize, file: settings.weights ?? settings.model)
        let split = try ProbeSplit(
            dataset, splits: settings.splits, folds: settings.folds, images: settings.images,
            seed: settings.training.seed, jobs: jobs, isCancelled: isCancelled)
        if let budget = settings.budget {
            try fit(budget, &settings.training, start.model, split, isCancelled)
        }
        let store = try statePath.map {
            try TrainingStore(
                path: $0,
                identity:
                    "\(identity) \(settings.training.imageSize) \(settings.training.epochs) \(split.folds) \(split.drawn.count)"
            )
        }
        let trained = try ProbeTrainer(settings.training).train(
            start.model, on: split.samples, folds: split.training, held: split.drawn, store: store,
            isCancelled: isCancelled,
            progress: progress)
        return ProbeResult(start: start, split: split, settings: settings, trained: trained)
    }

    /// A gain that the family's loss does not have would change nothing.
    private static func check(_ gains: [String: Double], _ family: ModelFamily) throws {
        let known = family.hasAnchors ? YOLOv5Hyperparameters.gainNames : YOLOv8Hyperparameters.gainNames
        guard let idle = gains.keys.sorted().first(where: { !known.contains($0) }) else { return }
        throw FileError(
            file: "--gains", message: "\(idle) is no gain of this model's loss",
            wayOut: "leave it out; there are \(known.joined(separator: ", "))")
    }

    /// As many of the epochs as the budget is enough for, one at least, by the speed that a few steps have here.
    private static func fit(
        _ budget: Double, _ training: inout TrainingOptions, _ model: DetectionModel, _ split: ProbeSplit,
        _ isCancelled: () -> Bool
    ) throws {
        let epoch = try ProbeTrainer(training).secondsOfEpoch(
            model, on: split.samples, folds: split.training, isCancelled: isCancelled)
        // A look at held-out images is a forward pass of each, an epoch one forward and back, which takes three times as
        // long, of those of every fold.
        let learned = split.training.reduce(0) { $0 + $1.count }
        let look = epoch * Double(split.drawn.count) / Double(max(1, 3 * learned))
        // A tenth is for reading, judging and the fit of probabilities.
        let left = 0.9 * budget
        let few = Int(clamping: left / (epoch + look))
        let many = Int(clamping: (left - Double(ProbeTrainer.looks) * look) / epoch)
        training.epochs = max(1, min(training.epochs, max(min(few, ProbeTrainer.looks), many)))
    }
}
