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
        let backend = try Backends.required(options.backend, precision: options.precision)
        let samples = try dataset.distinctSamples(splits: options.splits)
        guard !samples.isEmpty else {
            throw FileError(
                file: dataset.yamlPath, message: "the splits \(options.splits.joined(separator: ", ")) hold no image",
                wayOut: "name other splits, or correct the paths")
        }
        return (backend, samples)
    }

    /// Measures every image of the splits, then ranks them. Results do not depend on `jobs`.
    ///
    /// - Throws: `FileError` where nothing can be measured; a damaged image is a row of the result instead.
    public static func run(
        _ models: ToxicModels, dataset: Dataset, options: ToxicOptions,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> ToxicResult {
        let (backend, samples) = try prepare(dataset, options)
        func workers(_ reach: GradientReach) -> @Sendable () -> JudgingWorker {
            let source = NetworkSource(models.models, backend: backend, precision: options.precision)
            return { JudgingWorker(source.networks(gradient: reach.scope)) }
        }
        let order = try JudgingOrder(samples, models, options, isCancelled: isCancelled)
        let boxes = try WorkerPool.map(
            count: samples.count, jobs: options.jobs, isCancelled: isCancelled, makeState: {},
            { _, index in samples[index].trainableBoxes(in: dataset, keepsCorners: models.takesCorners) })
        let whole =
            options.gradientOfShare
            ? try WholeBatch(samples, boxes, order, models, options, makeWorker: workers(.none)) : nil
        let measure = ImageMeasure(
            models: models, options: options, whole: whole,
            planting: LabelPlanting(labels: boxes, seed: options.seed))
        let measured = try order.map(
            progress: { progress($0, samples.count) }, makeState: workers(options.gradient),
            { worker, index in try measure.measure(samples[index], number: index, boxes: boxes[index], worker) })
        return try result(measured, models, dataset, options, backend.name)
    }

    private static func result(
        _ measured: [MeasuredImage], _ models: ToxicModels, _ dataset: Dataset, _ options: ToxicOptions,
        _ backend: String
    ) throws -> ToxicResult {
        let losses = models.models.map { $0.loss(size: options.imageSize) }
        var result = ToxicResult(measured, losses, backend: backend)
        result.isOutOfFold = models.isOutOfFold
        result.quality = JudgeQuality(measured.filter { $0.image.problem == nil }.map(\.judged))
        result.verdict = JudgeVerdict(result.quality, training: models.training)
        result.predictions = measured.map {
            ImagePredictions(
                image: $0.image.sample.image, fold: $0.model, predictions: $0.judgement.predictions)
        }
        result.suspicions = try SuspicionList(
            measured.map(\.judgement), className: dataset.className,
            problems: measured.compactMap { one in one.image.problem.map { (one.image.sample.image, $0) } },
            jobs: options.jobs)
        for index in result.images.indices {
            let image = result.images[index].sample.image
            result.images[index].fold = models.folds[image].map { $0 + 1 }
            result.images[index].trace = models.traces[image].flatMap(TraceFigures.init)
        }
        result.advice = TrainingAdvice(
            result.images, classCount: dataset.classCount, trainer: options.trainer,
            canJudge: result.verdict.canJudge)
        result.images = ToxicOrder.rank(result.images, result.suspicions.shown)
        return result
    }
}
