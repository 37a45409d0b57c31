import FileReading
import YOLODataset
import YOLOModel

/// What a person asks of a probe, as a command line or a plan says it.
public struct ProbeSettings: Sendable, Hashable {
    /// Absolute path of pretrained weights; nil for training from scratch.
    public var weights: String?
    /// A published size, for training from scratch.
    public var model = "yolov5n"
    /// Splits whose images are learned from and judged.
    public var splits = ["train", "val"]
    /// Models, of which each judges the images that it has not seen; 2 at least.
    public var folds = 3
    /// Side of the image in pixels, a multiple of the model's largest stride.
    public var size = 320
    /// How often each image is seen.
    public var epochs = 40
    /// Images of one batch.
    public var batch = 16
    /// Batches of one step.
    public var accumulation = 1
    /// How steps follow from gradients.
    public var optimizer = TrainingOptions.Method.adamW
    /// Nil for what suits the optimizer.
    public var rate: Double?
    /// 0 switches clipping off.
    public var clipNorm = 10.0
    /// Epochs in which rates rise.
    public var warmUpEpochs = 3.0
    /// Whether neck and head alone are trained.
    public var freezesBackbone = false
    /// Whether the first half of the epochs sees images of half the size.
    public var growsImageSize = false
    /// Probability that four images share a view.
    public var mosaic = 0.5
    /// Probability of turning an image upside down.
    public var upsideDown = 0.0
    /// Gains and positive weights of the loss.
    public var hyperparameters = YOLOv5Hyperparameters()
    /// Seconds that training may take; size and epochs follow from it.
    public var budget: Double?
    /// Of every random choice.
    public var seed: UInt64 = 0
    /// `onednn` or `reference`; nil for the fastest of this build.
    public var backend: String?

    public init() {}

    /// `90s`, `10m`, `1.5h`; nil for anything else.
    public static func seconds(parsing text: String) -> Double? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        guard let last = text.last, let unit = units[last], let number = Double(text.dropLast()), number > 0,
            number.isFinite
        else { return nil }
        return number * unit
    }

    func options(jobs: Int) -> TrainingOptions {
        var options = TrainingOptions()
        options.method = optimizer
        options.rate = rate ?? optimizer.usualRate
        options.momentum = optimizer.usualMomentum
        options.imageSize = size
        options.epochs = epochs
        options.batch = batch
        options.normalizationBatch = min(options.normalizationBatch, batch)
        options.accumulation = accumulation
        options.clipNorm = clipNorm == 0 ? .infinity : clipNorm
        options.warmUpEpochs = warmUpEpochs
        options.freezesBackbone = freezesBackbone
        options.growsImageSize = growsImageSize
        options.augmentation.mosaic = mosaic
        options.augmentation.upsideDown = upsideDown
        options.hyperparameters = hyperparameters
        options.seed = seed
        options.backend = backend
        options.jobs = jobs
        return options
    }
}

extension ProbeSettings: Digestible {
    /// Adds all that a training depends on.
    public func add(to digest: inout DigestBuilder) {
        digest.update("weights", weights)
        digest.update("model", model)
        digest.update("splits", splits)
        digest.update("folds", folds)
        digest.update("size", size)
        digest.update("epochs", epochs)
        digest.update("batch", batch)
        digest.update("accumulation", accumulation)
        digest.update("optimizer", optimizer.rawValue)
        digest.update("rate", rate)
        digest.update("clip norm", clipNorm)
        digest.update("warm-up epochs", warmUpEpochs)
        digest.update("freezes backbone", freezesBackbone)
        digest.update("grows image size", growsImageSize)
        digest.update("mosaic", mosaic)
        digest.update("upside down", upsideDown)
        digest.update("hyperparameters", hyperparameters)
        digest.update("budget", budget)
        digest.update("seed", seed)
        digest.update("backend", backend)
    }
}

/// A finished probe.
public struct ProbeResult: Sendable {
    /// One a fold: the model that has not seen the fold's images.
    public let models: [DetectionModel]
    /// What all folds began with.
    public let start: StartingModel
    /// The images, and which fold judges which.
    public let split: ProbeSplit
    /// With the size and the epochs that a budget has led to.
    public let settings: ProbeSettings
    /// All folds' steps, in the order of time.
    public let steps: [TrainingStep]
    /// Losses of held-out images at moments of the training.
    public let traces: [LossTrace]

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
    }

    /// What a `ProbeFolder` consists of, name by name.
    ///
    /// - Throws: where a model cannot be encoded.
    public func files() throws -> [(name: String, bytes: [UInt8])] {
        try ProbeFolder.files(models, start, split, imageSize: settings.size, steps: steps, traces: traces)
    }
}

/// Splits, trains, and keeps what is needed to judge out of fold.
public enum ProbeRun {
    /// Results depend on neither `jobs` nor on being interrupted in between; with a budget, on how fast the machine is.
    ///
    /// - Parameters:
    ///   - anchors: in pixels of `settings.size`, a level each; nil for those of the weights.
    ///   - statePath: where the state is kept between epochs; nil for nowhere.
    ///   - progress: finished epochs of all.
    public static func run(
        _ dataset: Dataset, settings: ProbeSettings, anchors: [[(width: Double, height: Double)]]? = nil,
        statePath: String? = nil, identity: String = "", jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> ProbeResult {
        var settings = settings
        let start = try StartingModel(
            weights: settings.weights, name: settings.model, classCount: dataset.classCount,
            classNames: dataset.classNames, anchors: anchors, seed: settings.seed)
        try start.model.checkImageSize(settings.size, file: settings.weights ?? settings.model)
        let split = try ProbeSplit(
            dataset, splits: settings.splits, folds: settings.folds, seed: settings.seed, jobs: jobs,
            isCancelled: isCancelled)
        if let budget = settings.budget {
            (settings.size, settings.epochs) = try fit(budget, settings, start.model, split, jobs, isCancelled)
        }
        var digest = DigestBuilder()
        digest.update("inputs", identity)
        digest.update("settings", settings)
        digest.update("folds", split.folds)
        let run = digest.finish()
        let store = statePath.map { TrainingStore(path: $0, identity: run.hex) }
        let trained = try ProbeTrainer(settings.options(jobs: jobs)).train(
            start.model, on: split.samples, folds: split.training, store: store, isCancelled: isCancelled,
            progress: { progress($0, settings.epochs) })
        return ProbeResult(
            models: trained.models, start: start, split: split, settings: settings, steps: trained.steps,
            traces: trained.traces)
    }

    /// The largest size at which the budget is enough for 40 epochs, or the smallest with as many as fit.
    private static func fit(
        _ budget: Double, _ settings: ProbeSettings, _ model: DetectionModel, _ split: ProbeSplit, _ jobs: Int,
        _ isCancelled: () -> Bool
    ) throws -> (size: Int, epochs: Int) {
        let sizes = [640, 512, 416, 320].filter { $0 <= max(320, settings.size) && $0 % model.largestStride == 0 }
        var best = (size: settings.size, epochs: 1)
        for size in sizes {
            var tried = settings
            tried.size = size
            let epoch = try ProbeTrainer(tried.options(jobs: jobs)).secondsOfEpoch(
                model, on: split.samples, folds: split.training, isCancelled: isCancelled)
            // A tenth is for reading, judging and the fit of probabilities.
            best = (size, max(1, min(300, Int(0.9 * budget / epoch))))
            if best.epochs >= 40 { break }
        }
        return best
    }
}
