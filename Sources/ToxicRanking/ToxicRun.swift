import FileReading
import Imaging
import NeuralKernels
import YOLODataset
import YOLOModel

/// What a run needs to know.
public struct ToxicOptions: Sendable {
    public var imageSize = 640
    public var splits = ["train", "val"]
    public var seed: UInt64 = 0
    public var jobs = 1
    /// `onednn` or `reference`; nil for the fastest of this build.
    public var backend: String?
    /// Whether the gradient figures are of the batch-of-one loss, as printed, or of the share of the dataset's loss.
    public var gradientOfShare = false

    public init() {}
}

/// What a run found.
public struct ToxicResult: Sendable {
    /// The worst first.
    public var images: [ImageLoss]
    public var effectiveSampleSize: Double
    /// Share of images whose gradient norm is above max_norm 10 and 1.
    public var clippedAt10: Double
    public var clippedAt1: Double
    /// What the 1 % of images with the largest gradients hold of all squared norms.
    public var topPercentEnergy: Double
    /// Loss of the dataset as one batch.
    public var datasetLoss: LossParts
    public var backend: String
}

/// Per-image loss and gradient of a checkpoint on a dataset: one image is one sample, batch-norm statistics frozen.
public enum ToxicRun {
    /// Whether a model can judge a dataset.
    ///
    /// - Throws: `FileError` where the class counts differ or the image size does not fit the model's strides.
    public static func check(_ model: DetectionModel, weights: String, dataset: Dataset, imageSize: Int) throws {
        guard model.classCount == dataset.classCount else {
            throw FileError(
                file: weights,
                message: "knows \(model.classCount) classes, the dataset \(dataset.yamlPath) has \(dataset.classCount)",
                wayOut: "use a checkpoint that was trained on this dataset, or correct nc in data.yaml")
        }
        guard imageSize % model.largestStride == 0 else {
            throw FileError(
                file: weights,
                message: "needs an image size that is a multiple of \(model.largestStride), not \(imageSize)",
                wayOut: "use \((imageSize / model.largestStride + 1) * model.largestStride)")
        }
    }

    private final class Worker {
        let network: any CompiledNetwork
        var sketch: [Double]

        init(_ network: any CompiledNetwork) {
            self.network = network
            sketch = Array(repeating: 0, count: GradientFigures.sketchSize)
        }
    }

    private struct Measured: Sendable {
        var image: ImageLoss
        var evaluation: LossEvaluation?
        var entry: GradientFigures.Entry?
    }

    /// The backend, and the samples of the splits.
    ///
    /// - Throws: `FileError` where the build has no such backend, or the splits hold no image.
    static func prepare(_ dataset: Dataset, _ options: ToxicOptions) throws -> (any Backend, [DatasetSample]) {
        guard let backend = Backends.named(options.backend) else {
            throw FileError(
                file: "--backend", message: "\(options.backend ?? "") is not part of this build",
                wayOut: "use \(Backends.all.map(\.name).joined(separator: " or "))")
        }
        // Splits may share images (coco128 validates on what it trains on): each is measured once, in its first split.
        var seen: Set<String> = []
        let samples = try dataset.listSamples(splits: options.splits).samples.filter { seen.insert($0.image).inserted }
        guard !samples.isEmpty else {
            throw FileError(
                file: dataset.yamlPath, message: "the splits \(options.splits.joined(separator: ", ")) hold no image",
                wayOut: "name other splits, or correct the paths")
        }
        return (backend, samples)
    }

    /// Results do not depend on `jobs`.
    public static func run(
        _ model: DetectionModel, dataset: Dataset, options: ToxicOptions,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> ToxicResult {
        let (backend, samples) = try prepare(dataset, options)
        let loss = model.loss(size: options.imageSize)
        let shape = TensorShape(c: 3, h: options.imageSize, w: options.imageSize)
        let whole =
            options.gradientOfShare
            ? try wholeBatch(
                loss, samples, dataset, options, { try backend.compile(model.graph, input: shape, gradient: .none) },
                isCancelled) : nil
        let measured = try WorkerPool.map(
            count: samples.count, jobs: options.jobs, isCancelled: isCancelled,
            progress: { progress($0, samples.count) },
            makeState: { Worker(try backend.compile(model.graph, input: shape, gradient: .full)) },
            { worker, index in
                try measure(samples[index], worker, model, loss, whole, dataset, options)
            })
        return summarise(measured, loss, backend.name)
    }

    /// What the dataset's loss as one batch divides by: the images that have figures, and their counts.
    private struct WholeBatch: Sendable {
        var images = 0
        var counts = LossCounts([])

        mutating func add(_ image: LossCounts) {
            counts = images == 0 ? image : counts + image
            images += 1
        }
    }

    /// The whole batch before anything has been measured: by labels and anchors where those alone decide its counts, by
    /// a forward pass otherwise.
    ///
    /// Images are decoded for it: the labels of one without pixels are in nobody's batch.
    private static func wholeBatch(
        _ loss: any DetectionLoss, _ samples: [DatasetSample], _ dataset: Dataset, _ options: ToxicOptions,
        _ makeNetwork: @Sendable @escaping () throws -> any CompiledNetwork,
        _ isCancelled: @Sendable @escaping () -> Bool
    ) throws -> WholeBatch {
        let needsNetwork = loss.counts([]) == nil
        let parts = try WorkerPool.map(
            count: samples.count, jobs: options.jobs, isCancelled: isCancelled,
            makeState: { needsNetwork ? try makeNetwork() : nil },
            { network, index -> LossCounts? in
                let sample = samples[index]
                guard let image = try? ImageDecoder.decodeFile(sample.imagePath).image else { return nil }
                let letterbox = Letterbox(imageWidth: image.width, imageHeight: image.height, size: options.imageSize)
                let targets = targets(boxes(sample, dataset), letterbox)
                guard let network else { return loss.counts(targets) }
                let outputs = try network.forward(letterbox.planarFloats(of: image))
                let evaluation = loss.evaluate(outputs: outputs, targets: targets, wantsGradient: false)
                return evaluation.isFinite ? evaluation.counts : nil
            })
        return parts.compactMap(\.self).reduce(into: WholeBatch()) { $0.add($1) }
    }

    static func boxes(_ sample: DatasetSample, _ dataset: Dataset) -> [LabelBox] {
        guard sample.hasLabelFile,
            let labels = try? LabelFile.read(sample.labelPath, keypointShape: dataset.keypointShape)
        else {
            return []
        }
        return labels.trainableBoxes(classCount: dataset.classCount)
    }

    static func targets(_ boxes: [LabelBox], _ letterbox: Letterbox) -> [LossTarget] {
        boxes.map { label in
            let box = letterbox.toSquare(cx: label.cx, cy: label.cy, width: label.width, height: label.height)
            return LossTarget(
                classID: Int(label.classID), cx: Float(box.cx), cy: Float(box.cy), width: Float(box.width),
                height: Float(box.height))
        }
    }

    private static func measure(
        _ sample: DatasetSample, _ worker: Worker, _ model: DetectionModel, _ loss: any DetectionLoss,
        _ whole: WholeBatch?, _ dataset: Dataset, _ options: ToxicOptions
    ) throws -> Measured {
        var image = ImageLoss(sample: sample)
        let decoded: RGBImage
        do {
            decoded = try ImageDecoder.decodeFile(sample.imagePath).image
        } catch {
            image.problem = "the image \((error as? FileError)?.message ?? "\(error)")"
            return Measured(image: image)
        }
        let letterbox = Letterbox(imageWidth: decoded.width, imageHeight: decoded.height, size: options.imageSize)
        (image.width, image.height) = (decoded.width, decoded.height)
        image.boxes = boxes(sample, dataset)
        let outputs = try worker.network.forward(letterbox.planarFloats(of: decoded))
        var evaluation = loss.evaluate(
            outputs: outputs, targets: targets(image.boxes, letterbox), wantsGradient: true)
        image.parts = evaluation.parts
        image.labels = evaluation.labels
        guard evaluation.isFinite else {
            image.problem = "the loss is not finite: the checkpoint is broken, or the image drives it beyond all bounds"
            return Measured(image: image)
        }
        image.intensity = loss.intensity(of: evaluation)
        let arriving =
            whole.map { loss.shareGradients(of: evaluation, datasetCounts: $0.counts, images: $0.images) }
            ?? evaluation.outputGradients
        try worker.network.backward(arriving)
        evaluation.outputGradients = []
        let entry = gather(worker, model, options.seed, image.boxes.count, &image)
        guard entry.norm.isFinite else {
            image.problem = "the gradient is not finite"
            image.norms = nil
            return Measured(image: image)
        }
        return Measured(image: image, evaluation: evaluation, entry: entry)
    }

    /// Norms by part of the network, and the sketch, from the gradients in the worker's network.
    private static func gather(
        _ worker: Worker, _ model: DetectionModel, _ seed: UInt64, _ boxCount: Int, _ image: inout ImageLoss
    ) -> GradientFigures.Entry {
        var squares: [ParameterGroup: Double] = [:]
        for index in worker.sketch.indices { worker.sketch[index] = 0 }
        var first = 0
        for (index, parameter) in model.graph.parameters.enumerated() where parameter.isTrainable {
            worker.network.withGradient(ofParameter: index) { gradient in
                guard let gradient else { return }
                squares[model.parameterGroup(index), default: 0] += VectorKernels.sumOfSquares(gradient)
                VectorKernels.addToCountSketch(gradient, first: first, seed: seed, buckets: &worker.sketch)
            }
            first += parameter.values.count
        }
        let total = ParameterGroup.allCases.reduce(0) { $0 + (squares[$1] ?? 0) }
        image.norms = GradientNorms(
            total: total.squareRoot(), backbone: (squares[.backbone] ?? 0).squareRoot(),
            neck: (squares[.neck] ?? 0).squareRoot(), head: (squares[.head] ?? 0).squareRoot())
        return GradientFigures.Entry(
            norm: total.squareRoot(), sketch: worker.sketch.map(Float.init), boxCount: boxCount)
    }

    private static func summarise(
        _ measured: [Measured], _ loss: any DetectionLoss, _ backend: String
    ) -> ToxicResult {
        var images = measured.map(\.image)
        let known = measured.indices.filter { measured[$0].entry != nil }
        let entries = known.compactMap { measured[$0].entry }
        for (index, figures) in zip(known, GradientFigures.compute(entries)) {
            images[index].energyShare = figures.energyShare
            images[index].projectionShare = figures.projectionShare
            images[index].leaveOneOutCosine = figures.leaveOneOutCosine
            images[index].robustZ = figures.robustZ
        }
        let evaluations = measured.map(\.evaluation)
        let whole = evaluations.reduce(into: WholeBatch()) { batch, evaluation in
            evaluation.map { batch.add($0.counts) }
        }
        for (index, evaluation) in evaluations.enumerated() {
            images[index].share = evaluation.map {
                loss.share(of: $0, datasetCounts: whole.counts, images: whole.images)
            }
        }
        let norms = entries.map(\.norm)
        let sorted = norms.sorted(by: >)
        let top = sorted.prefix(max(1, sorted.count / 100)).reduce(0) { $0 + $1 * $1 }
        let energy = norms.reduce(0) { $0 + $1 * $1 }
        let shares = images.compactMap(\.share)
        func mean(_ part: (LossParts) -> Double?) -> Double? {
            let values = shares.compactMap(part)
            return values.isEmpty ? nil : values.reduce(0, +) / Double(entries.count)
        }
        let total = LossParts(
            box: mean(\.box) ?? 0, objectness: mean(\.objectness), classification: mean(\.classification) ?? 0,
            distribution: mean(\.distribution))
        func share(above limit: Double) -> Double {
            norms.isEmpty ? 0 : Double(norms.count { $0 > limit }) / Double(norms.count)
        }
        return ToxicResult(
            images: ToxicOrder.rank(images), effectiveSampleSize: GradientFigures.effectiveSampleSize(norms),
            clippedAt10: share(above: 10), clippedAt1: share(above: 1), topPercentEnergy: energy > 0 ? top / energy : 0,
            datasetLoss: total, backend: backend)
    }
}
