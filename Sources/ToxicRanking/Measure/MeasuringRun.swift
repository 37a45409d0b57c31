import FileReading
import NeuralKernels
import YOLODataset
import YOLOModel

/// The measuring of images, all of a dataset's or a run of them: what one image gives depends on no other image that is
/// measured.
struct MeasuringRun {
    let backend: any Backend
    /// All images of the splits, each once.
    let samples: [DatasetSample]
    private let models: ToxicModels
    private let options: ToxicOptions
    /// Of all images: what is planted may be any of them.
    private let boxes: [[LabelBox]]
    private let isCancelled: @Sendable () -> Bool

    init(
        _ models: ToxicModels, _ dataset: Dataset, _ options: ToxicOptions, isCancelled: @Sendable @escaping () -> Bool
    ) throws {
        let (backend, samples) = try ToxicRun.prepare(dataset, options)
        (self.backend, self.samples) = (backend, samples)
        (self.models, self.options, self.isCancelled) = (models, options, isCancelled)
        boxes = try WorkerPool.map(
            count: samples.count, jobs: options.jobs, isCancelled: isCancelled, makeState: {},
            { _, index in samples[index].trainableBoxes(in: dataset, keepsCorners: models.takesCorners) })
    }

    /// - Parameter range: of `samples`.
    func measure(
        _ range: Range<Int>, progress: @Sendable @escaping (Int, Int) -> Void
    ) throws -> [MeasuredImage] {
        guard !range.isEmpty else { return [] }
        let (models, backend, options) = (models, backend, options)
        func workers(_ reach: GradientReach) -> @Sendable () -> JudgingWorker {
            let source = NetworkSource(models.models, backend: backend, precision: options.precision)
            return { JudgingWorker(source.networks(gradient: reach.scope)) }
        }
        let own = Array(samples[range])
        let ownBoxes = Array(boxes[range])
        let order = try JudgingOrder(own, models, options, isCancelled: isCancelled)
        let whole =
            options.gradientOfShare
            ? try WholeBatch(own, ownBoxes, order, models, options, makeWorker: workers(.none)) : nil
        let measure = ImageMeasure(
            models: models, options: options, whole: whole,
            planting: LabelPlanting(labels: boxes, seed: options.seed),
            scratch: options.gradient != .none && own.count > options.mostSketches ? try ScratchFile() : nil)
        let first = range.lowerBound
        return try order.map(
            progress: { progress($0, own.count) }, makeState: workers(options.gradient),
            { worker, index in
                try measure.measure(own[index], number: first + index, boxes: ownBoxes[index], worker)
            })
    }
}
