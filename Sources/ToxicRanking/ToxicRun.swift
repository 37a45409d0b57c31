import AvailableBackends
import FileReading
import Imaging
import NeuralKernels
import YOLODataset
import YOLOModel

/// How far back gradients are computed: the backward pass is half of the time of an image.
public enum GradientReach: String, Sendable, CaseIterable {
    /// Of every parameter.
    case full
    /// Of the head alone: norms and shares are those of the head's gradient.
    case head
    /// Not at all: images are ranked by probability, and there are no gradient figures.
    case none
}

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
    public var gradient = GradientReach.full
    public var precision = Precision.single
    public var outline = Letterbox.Outline.square

    public init() {}

    /// How an image is fitted into what a model sees.
    func letterbox(width: Int, height: Int, _ model: DetectionModel) -> Letterbox {
        Letterbox(
            imageWidth: width, imageHeight: height, size: imageSize, outline: outline, stride: model.largestStride)
    }
}

extension Letterbox {
    var input: TensorShape { TensorShape(c: 3, h: height, w: width) }
}

/// The models that judge a dataset: one for all images, or one a fold.
public struct ToxicModels: Sendable {
    public let models: [DetectionModel]
    /// For each image, relative to the dataset's root, the model that has not seen it. Others are judged by the first.
    public let folds: [String: Int]
    /// For each image, its loss at moments of the training.
    public let traces: [String: [Double]]

    public init(_ model: DetectionModel) { (models, folds, traces) = ([model], [:], [:]) }

    public init(_ models: [DetectionModel], folds: [String: Int], traces: [String: [Double]] = [:]) {
        self.models = models
        self.folds = folds
        self.traces = traces
    }

    /// Whether images are judged by models that have not seen them.
    public var isOutOfFold: Bool { !folds.isEmpty }
    func index(_ image: String) -> Int { min(folds[image] ?? 0, models.count - 1) }
}

/// What a run found.
public struct ToxicResult: Sendable {
    /// The worst first.
    public var images: [ImageLoss]
    public var suspicions = SuspicionList()
    /// In the order of the listing.
    public var predictions: [ImagePredictions] = []
    public var isOutOfFold = false
    public var advice = TrainingAdvice()
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
        try model.checkImageSize(imageSize, file: weights)
    }

    private final class Worker {
        let networks: JudgingNetworks
        var sketch = [Double](repeating: 0, count: GradientFigures.sketchSize)

        init(_ networks: JudgingNetworks) { self.networks = networks }
    }

    private struct Measured: Sendable {
        var image: ImageLoss
        var judgement: ImageJudgement
        var model = 0
        var evaluation: LossEvaluation?
        var entry: GradientFigures.Entry?
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

    /// Results do not depend on `jobs`.
    public static func run(
        _ models: ToxicModels, dataset: Dataset, options: ToxicOptions,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> ToxicResult {
        let (backend, samples) = try prepare(dataset, options)
        let losses = models.models.map { $0.loss(size: options.imageSize) }
        func workers(_ reach: GradientReach) -> @Sendable () -> Worker {
            let source = NetworkSource(models.models, backend: backend, precision: options.precision)
            return { Worker(source.networks { scope(reach, $0) }) }
        }
        let order = try JudgingOrder(samples, models, options, isCancelled: isCancelled)
        let boxes = try WorkerPool.map(
            count: samples.count, jobs: options.jobs, isCancelled: isCancelled, makeState: {},
            { _, index in samples[index].trainableBoxes(in: dataset) })
        let whole =
            options.gradientOfShare ? try wholeBatch(samples, boxes, order, models, options, workers(.none)) : nil
        let planting = LabelPlanting(
            pool: boxes.joined().map { (Int($0.classID), $0.cx, $0.cy, $0.width, $0.height) }, seed: options.seed)
        let measured = try order.map(
            progress: { progress($0, samples.count) }, makeState: workers(options.gradient),
            { worker, index in
                try measure(samples[index], index, boxes[index], worker, models, whole, planting, options)
            })
        var result = summarise(measured, losses, backend.name)
        result.isOutOfFold = models.isOutOfFold
        result.predictions = measured.map {
            ImagePredictions(
                image: $0.image.sample.image, fold: $0.model, predictions: $0.judgement.predictions)
        }
        result.suspicions = try SuspicionList(
            measured.map(\.judgement), className: dataset.className,
            problems: measured.compactMap { one in one.image.problem.map { (one.image.sample.image, $0) } },
            jobs: options.jobs)
        for index in result.images.indices {
            result.images[index].fold = models.folds[result.images[index].sample.image].map { $0 + 1 }
            result.images[index].trace = models.traces[result.images[index].sample.image].flatMap(TraceFigures.init)
        }
        result.advice = TrainingAdvice(result.images, classCount: dataset.classCount)
        result.images = ToxicOrder.rank(result.images, result.suspicions.suspicions)
        return result
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
        _ samples: [DatasetSample], _ boxes: [[LabelBox]], _ order: JudgingOrder, _ models: ToxicModels,
        _ options: ToxicOptions, _ makeWorker: @Sendable @escaping () -> Worker
    ) throws -> WholeBatch {
        let parts = try order.map(
            makeState: makeWorker,
            { worker, index -> LossCounts? in
                let sample = samples[index]
                guard let image = try? ImageDecoder.decodeFile(sample.imagePath).image else { return nil }
                let number = models.index(sample.image)
                let model = models.models[number]
                let letterbox = options.letterbox(width: image.width, height: image.height, model)
                let targets = targets(boxes[index], letterbox)
                let loss = model.loss(input: letterbox.input)
                if let counts = loss.counts(targets) { return counts }
                let network = try worker.networks.network(number, input: letterbox.input)
                let outputs = try network.forward(letterbox.planarFloats(of: image))
                let evaluation = loss.evaluate(outputs: outputs, targets: targets, wantsGradient: false)
                return evaluation.isFinite ? evaluation.counts : nil
            })
        return parts.compactMap(\.self).reduce(into: WholeBatch()) { $0.add($1) }
    }

    static func targets(_ boxes: [LabelBox], _ letterbox: Letterbox) -> [LossTarget] {
        boxes.map { label in
            let box = letterbox.toModel(cx: label.cx, cy: label.cy, width: label.width, height: label.height)
            return LossTarget(
                classID: Int(label.classID), cx: Float(box.cx), cy: Float(box.cy), width: Float(box.width),
                height: Float(box.height))
        }
    }

    private static func scope(_ reach: GradientReach, _ model: DetectionModel) -> GradientScope {
        switch reach {
        case .full: .full
        case .none: .none
        case .head: .from(node: model.firstNode { $0 == .head })
        }
    }

    private static func measure(
        _ sample: DatasetSample, _ number: Int, _ boxes: [LabelBox], _ worker: Worker, _ models: ToxicModels,
        _ whole: WholeBatch?, _ planting: LabelPlanting, _ options: ToxicOptions
    ) throws -> Measured {
        var image = ImageLoss(sample: sample)
        let decoded: RGBImage
        let digest: ContentDigest
        do {
            let bytes = try FileReading.bytes(ofFile: sample.imagePath)
            digest = .of(bytes)
            decoded = try ImageDecoder.decode(bytes, file: sample.imagePath).image
        } catch {
            image.problem = "the image \((error as? FileError)?.message ?? "\(error)")"
            return Measured(image: image, judgement: ImageJudgement(image: sample.image, digest: nil))
        }
        let index = models.index(sample.image)
        let model = models.models[index]
        var measured = Measured(
            image: image, judgement: ImageJudgement(image: sample.image, digest: digest), model: index)
        let letterbox = options.letterbox(width: decoded.width, height: decoded.height, model)
        let loss = model.loss(input: letterbox.input)
        let network = try worker.networks.network(index, input: letterbox.input)
        (image.width, image.height) = (decoded.width, decoded.height)
        image.boxes = boxes
        let pixels = letterbox.planarFloats(of: decoded)
        func candidates(_ outputs: [[Float]]) -> [Candidate] {
            model.candidates(outputs: outputs, input: letterbox.input, least: Self.leastObjectness)
        }
        // The mirrored image first: the backward pass needs the plain one's values.
        let mirrored = candidates(try network.forward(mirror(pixels, width: letterbox.width)))
            .map { $0.mirrored(width: letterbox.width) }
        let outputs = try network.forward(pixels)
        var evaluation = loss.evaluate(
            outputs: outputs, targets: targets(image.boxes, letterbox), wantsGradient: true)
        image.parts = evaluation.parts
        image.labels = evaluation.labels
        guard evaluation.isFinite else {
            image.problem = "the loss is not finite: the checkpoint is broken, or the image drives it beyond all bounds"
            measured.image = image
            return measured
        }
        image.intensity = loss.intensity(of: evaluation)
        let evidence = ImageEvidence(
            views: [candidates(outputs), mirrored], letterbox: letterbox, labels: boxes, classCount: model.classCount,
            outputGradients: evaluation.outputGradients)
        measured.judgement.judge(
            evidence, boxes: boxes, losses: evaluation.labels, planting: planting, imageNumber: number)
        guard options.gradient != .none else {
            evaluation.outputGradients = []
            measured.image = image
            measured.evaluation = evaluation
            return measured
        }
        let arriving =
            whole.map { loss.shareGradients(of: evaluation, datasetCounts: $0.counts, images: $0.images) }
            ?? evaluation.outputGradients
        try network.backward(arriving)
        evaluation.outputGradients = []
        let entry = gather(worker, network, model, options.seed, image.boxes.count, &image)
        guard entry.norm.isFinite else {
            image.problem = "the gradient is not finite"
            image.norms = nil
            measured.image = image
            return measured
        }
        measured.image = image
        measured.evaluation = evaluation
        measured.entry = entry
        return measured
    }

    /// Cells with less objectness say nothing.
    private static let leastObjectness = 0.01

    private static func mirror(_ pixels: [Float], width: Int) -> [Float] {
        var result = pixels
        for start in stride(from: 0, to: pixels.count, by: width) {
            for column in 0..<width { result[start + column] = pixels[start + width - 1 - column] }
        }
        return result
    }

    /// Norms by part of the network, and the sketch, from the gradients in the worker's network.
    private static func gather(
        _ worker: Worker, _ network: any CompiledNetwork, _ model: DetectionModel, _ seed: UInt64, _ boxCount: Int,
        _ image: inout ImageLoss
    ) -> GradientFigures.Entry {
        var squares: [ParameterGroup: Double] = [:]
        for index in worker.sketch.indices { worker.sketch[index] = 0 }
        var first = 0
        for (index, parameter) in model.graph.parameters.enumerated() where parameter.isTrainable {
            network.withGradient(ofParameter: index) { gradient in
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
        _ measured: [Measured], _ losses: [any DetectionLoss], _ backend: String
    ) -> ToxicResult {
        var images = measured.map(\.image)
        let known = measured.indices.filter { measured[$0].entry != nil }
        let entries = known.compactMap { measured[$0].entry }
        // Gradients of different models have no common direction: each is compared with its own model's.
        for model in losses.indices {
            let own = known.filter { measured[$0].model == model }
            for (index, figures) in zip(own, GradientFigures.compute(own.compactMap { measured[$0].entry })) {
                images[index].projectionShare = figures.projectionShare
                images[index].leaveOneOutCosine = figures.leaveOneOutCosine
                images[index].robustZ = figures.robustZ
            }
        }
        let energy = entries.reduce(0) { $0 + $1.norm * $1.norm }
        for (index, entry) in zip(known, entries) {
            images[index].energyShare = energy > 0 ? entry.norm * entry.norm / energy : 0
        }
        let evaluations = measured.map(\.evaluation)
        let whole = evaluations.reduce(into: WholeBatch()) { batch, evaluation in
            evaluation.map { batch.add($0.counts) }
        }
        for (index, evaluation) in evaluations.enumerated() {
            images[index].share = evaluation.map {
                losses[measured[index].model].share(of: $0, datasetCounts: whole.counts, images: whole.images)
            }
        }
        let norms = entries.map(\.norm)
        let sorted = norms.sorted(by: >)
        let top = sorted.prefix(max(1, sorted.count / 100)).reduce(0) { $0 + $1 * $1 }
        let shares = images.compactMap(\.share)
        func mean(_ part: (LossParts) -> Double?) -> Double? {
            let values = shares.compactMap(part)
            return values.isEmpty ? nil : values.reduce(0, +) / Double(shares.count)
        }
        let total = LossParts(
            box: mean(\.box) ?? 0, objectness: mean(\.objectness), classification: mean(\.classification) ?? 0,
            distribution: mean(\.distribution))
        func share(above limit: Double) -> Double {
            norms.isEmpty ? 0 : Double(norms.count { $0 > limit }) / Double(norms.count)
        }
        return ToxicResult(
            images: images, effectiveSampleSize: GradientFigures.effectiveSampleSize(norms),
            clippedAt10: share(above: 10), clippedAt1: share(above: 1), topPercentEnergy: energy > 0 ? top / energy : 0,
            datasetLoss: total, backend: backend)
    }
}
