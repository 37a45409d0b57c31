import AuditPlan
import FileReading
import NeuralKernels
import ProbeTraining
import Sharding
import ToolOptions
import ToxicRanking
import YOLODataset
import YOLOModel

/// The models that judge a dataset, and the size of image that they are for.
public struct RankingJudge {
    /// One for all images, or one a fold.
    public let models: ToxicModels
    /// Pixels; nil where the models do not say.
    private let imageSize: Int?
    /// As errors name them.
    private let file: String

    /// A checkpoint that was trained on the dataset.
    ///
    /// - Parameter modelYAML: for weights that come without their architecture.
    public init(weights: String, modelYAML: String? = nil, imageSize: Int? = nil) throws {
        models = ToxicModels(try DetectionModel.load(checkpoint: weights, yamlPath: modelYAML))
        self.imageSize = imageSize
        file = weights
    }

    /// The folder of a probe: each image is judged by the model that has not seen it.
    public init(probe folder: String) throws {
        let probe = try ProbeFolder.read(folder)
        models = ToxicModels(probe.models, folds: probe.folds, traces: probe.traces, training: probe.training)
        imageSize = probe.imageSize
        file = folder
    }

    /// Loss, gradient and suspicions of every image, in the order that the options ask for.
    ///
    /// - Parameters:
    ///   - reader: the trainer that a plan reads labels as.
    ///   - parts: of all images, as workers have measured them; nil where they are measured here.
    /// - Throws: `FileError` where models and dataset do not fit, or a split is not there.
    public func rank(
        _ dataset: Dataset, _ options: RankingOptions, _ session: AuditSession, reader: Trainer? = nil,
        parts: (PartCollection, wayOut: String)? = nil, progress: @Sendable @escaping (Int, Int) -> Void
    ) throws -> ToxicResult {
        var result = try pass(dataset, options, session, reader) { models, wanted in
            guard let (collection, wayOut) = parts else {
                session.tell(options.passing.choice)
                return try ToxicRun.run(
                    models, dataset: dataset, options: wanted, isCancelled: session.isCancelled, progress: progress)
            }
            var measured = try MeasuredParts(models, dataset, wanted)
            try collection.read(wayOut: wayOut, isCancelled: session.isCancelled) { part, path in
                let range = part.header.origin.range
                guard measured.add(part.contents, of: range, in: path, at: part.start) else {
                    throw ShardPart.Problem.damaged("its contents are no measured images")
                }
            }
            return try ToxicRun.merged(measured, models, dataset: dataset, options: wanted)
        }
        result.images = ToxicOrder.sorted(result.images, by: options.sort)
        return result
    }

    /// What is measured on a run of the images, for `rank` with all parts.
    func measure(
        _ dataset: Dataset, _ options: RankingOptions, _ session: AuditSession, reader: Trainer?, range: Range<Int>,
        progress: @Sendable @escaping (Int, Int) -> Void
    ) throws -> [UInt8] {
        try pass(dataset, options, session, reader) { models, wanted in
            try ToxicRun.measure(
                models, dataset: dataset, options: wanted, range: range, isCancelled: session.isCancelled,
                progress: progress)
        }
    }

    /// Makes the models fit the dataset and what is asked for, and lets images pass.
    private func pass<Result>(
        _ dataset: Dataset, _ options: RankingOptions, _ session: AuditSession, _ reader: Trainer?,
        _ body: (ToxicModels, ToxicOptions) throws -> Result
    ) throws -> Result {
        let wanted = try options.run(dataset, imageSize: imageSize, reader: reader, jobs: session.jobs)
        var models = try models.map {
            try ToxicRun.fitted(
                $0, weights: file, dataset: dataset, imageSize: wanted.imageSize,
                mapsClasses: options.passing.mapClasses)
        }
        if let release = options.loss {
            guard models.models.allSatisfy({ !$0.family.hasAnchors }) else {
                throw FileError(
                    file: file, message: "is a model with anchors, whose loss is the same in every release",
                    wayOut: "leave --loss out")
            }
            models = models.map { model in
                var model = model
                model.lossSettings.anchorFree.release = release
                return model
            }
        }
        do {
            return try body(models, wanted)
        } catch let error as GraphError {
            throw FileError(
                file: file, message: "cannot run at \(wanted.imageSize) px: \(error.description)",
                wayOut: "use another --size: a multiple of \(models.models.map(\.largestStride).max() ?? 32)")
        }
    }
}
