import AvailableBackends
import FileReading
import NeuralKernels
import TextForms
import YOLODataset
import YOLOModel

/// Per-image loss and gradient of a checkpoint on a dataset: one image is one sample, batch-norm statistics frozen.
public enum ToxicRun {
    /// A model that can judge a dataset, with the dataset's classes.
    ///
    /// - Parameters:
    ///   - weights: the checkpoint, for errors.
    ///   - mapsClasses: whether classes are found by their names, where their order or number differs.
    /// - Throws: `FileError` where the classes differ or the image size does not fit the model's strides.
    public static func fitted(
        _ model: DetectionModel, weights: String, dataset: Dataset, imageSize: Int, mapsClasses: Bool = false
    ) throws -> DetectionModel {
        try model.checkImageSize(imageSize, file: weights)
        if let matching = ClassMatching(model, dataset), !matching.isSame {
            guard mapsClasses, let order = matching.order else { throw matching.refusal(weights, dataset.yamlPath) }
            return model.reordered(order)
        }
        guard model.classCount == dataset.classCount else {
            throw FileError(
                file: weights,
                message:
                    "knows \(Counted.text(model.classCount, "class")), the dataset \(dataset.yamlPath) has \(dataset.classCount)",
                wayOut: "use a checkpoint that was trained on this dataset, or correct nc in data.yaml")
        }
        guard !mapsClasses else {
            throw FileError(
                file: weights, message: "has the classes of \(dataset.yamlPath), as far as it says their names",
                wayOut: "leave --map-classes out")
        }
        return model
    }

    /// The backend, and the samples of the splits.
    ///
    /// - Throws: `FileError` where the build has no such backend, or the splits hold no image.
    static func prepare(_ dataset: Dataset, _ options: ToxicOptions) throws -> (any Backend, [DatasetSample]) {
        let backend = try Backends.required(options.backend, on: options.device, precision: options.precision)
        return (backend, try samples(dataset, options))
    }

    /// The samples of the splits.
    ///
    /// - Throws: `FileError` where they hold no image.
    static func samples(_ dataset: Dataset, _ options: ToxicOptions) throws -> [DatasetSample] {
        let samples = try dataset.distinctSamples(splits: options.splits)
        guard !samples.isEmpty else {
            throw FileError(
                file: dataset.yamlPath, message: "the splits \(options.splits.joined(separator: ", ")) hold no image",
                wayOut: "name other splits, or correct the paths")
        }
        return samples
    }

    /// Measures every image of the splits, then ranks them. Results do not depend on `jobs`.
    ///
    /// - Throws: `FileError` where nothing can be measured; a damaged image is a row of the result instead.
    public static func run(
        _ models: ToxicModels, dataset: Dataset, options: ToxicOptions,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> ToxicResult {
        let run = try MeasuringRun(models, dataset, options, isCancelled: isCancelled)
        return try result(try run.measure(run.samples.indices, progress: progress), models, dataset, options)
    }

    /// Measures a run of the images, for a merge.
    ///
    /// - Parameter range: of the images of the splits, each once, in the order of the listing.
    /// - Returns: what `merged` takes.
    package static func measure(
        _ models: ToxicModels, dataset: Dataset, options: ToxicOptions, range: Range<Int>,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> [UInt8] {
        let run = try MeasuringRun(models, dataset, options, isCancelled: isCancelled)
        return try MeasuredParts.contents(try run.measure(range, progress: progress))
    }

    /// Ranks images that were measured before, wherever that was.
    ///
    /// - Parameter parts: of all images of the splits.
    package static func merged(
        _ parts: MeasuredParts, _ models: ToxicModels, dataset: Dataset, options: ToxicOptions
    ) throws -> ToxicResult {
        // Nothing is computed here: what computed need not be on this machine.
        _ = try samples(dataset, options)
        return try result(parts.images, models, dataset, options)
    }

    private static func result(
        _ given: consuming [MeasuredImage], _ models: ToxicModels, _ dataset: Dataset, _ options: ToxicOptions
    ) throws -> ToxicResult {
        var measured = given
        let losses = models.models.map { $0.loss(size: options.imageSize) }
        let backend = Backends.choice(of: options.backend, on: options.device)
        var result = try ToxicResult(measured, losses, backend: backend.identity, reach: options.gradient)
        result.isOutOfFold = models.isOutOfFold
        result.quality = JudgeQuality(measured.filter { $0.image.problem == nil }.map(\.judged))
        result.verdict = JudgeVerdict(result.quality, training: models.training)
        result.predictions = measured.map {
            ImagePredictions(
                image: $0.image.sample.image, fold: $0.model, predictions: $0.judgement.predictions)
        }
        let problems = measured.compactMap { one in one.image.problem.map { (one.image.sample.image, $0) } }
        // Held once: a million images are gigabytes of them.
        let judgements = measured.map(\.judgement)
        measured = []
        result.suspicions = try SuspicionList(
            consume judgements, className: dataset.className, problems: problems, jobs: options.jobs)
        for index in result.images.indices {
            let image = result.images[index].sample.image
            result.images[index].fold = models.folds[image].map { $0 + 1 }
            result.images[index].trace = models.traces[image].flatMap(TraceFigures.init)
        }
        result.advice = TrainingAdvice(
            result.images, classCount: dataset.classCount, trainer: options.trainer,
            hasWholeGradients: options.gradient == .full, canJudge: result.verdict.canJudge)
        result.images = ToxicOrder.rank(result.images, result.suspicions.shown)
        return result
    }
}
