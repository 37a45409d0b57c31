import FileReading
import Imaging
import NeuralKernels
import YOLODataset
import YOLOModel

/// What has been measured on one image, and what its suspicions are made from.
struct MeasuredImage: Sendable {
    var image: ImageLoss
    var judgement: ImageJudgement
    /// Of the run's models, the one that judged it.
    var model = 0
    /// Without the gradients at the outputs; nil where there are no figures.
    var evaluation: LossEvaluation?
    /// Nil where no gradient was asked for, or there is none that is finite.
    var entry: GradientFigures.Entry?

    /// What is predicted in all views together, against the labels.
    var judged: JudgeQuality.Image {
        func detection(_ box: LabelBox, _ confidence: Double) -> Detection {
            Detection(
                box: box.place(width: Double(image.width), height: Double(image.height)), confidence: confidence,
                classID: Int(box.classID))
        }
        return JudgeQuality.Image(
            predictions: judgement.predictions.map { detection($0.box, $0.confidence) },
            labels: image.boxes.map { detection($0, 1) })
    }
}

/// Measures single images: loss, judgement of the labels, gradient.
struct ImageMeasure: Sendable {
    let models: ToxicModels
    let options: ToxicOptions
    /// What the gradient is a share of; nil where it is that of the image's own loss.
    let whole: WholeBatch?
    let planting: LabelPlanting
    /// Where sketches go; nil for memory.
    let scratch: ScratchFile?

    /// Cells with less objectness say nothing.
    private static let leastObjectness = 0.01
    /// Cells of a view that have a say, the best of more: they are compared with each other.
    private static let mostCandidates = 3_000

    /// An image that has no figures says why in `problem`.
    ///
    /// - Parameters:
    ///   - number: of the sample in the run, which planted labels depend on.
    ///   - boxes: the labels that training can use.
    func measure(
        _ sample: DatasetSample, number: Int, boxes: [LabelBox], _ worker: JudgingWorker
    ) throws -> MeasuredImage {
        let picture: RGBImage
        let digest: ContentDigest
        do {
            (picture, digest) = try Self.read(sample)
        } catch {
            return Self.unreadable(sample, error)
        }
        let view = ModelView(sample.image, picture, models, options)
        var measured = MeasuredImage(
            image: ImageLoss(sample: sample), judgement: ImageJudgement(image: sample.image, digest: digest),
            model: view.index)
        (measured.image.width, measured.image.height) = (picture.width, picture.height)
        measured.image.boxes = boxes
        let network = try worker.networks.network(view.index, input: view.input)
        let pass = try forward(view.letterbox.planarFloats(of: picture), view, network)
        var evaluation = view.loss.evaluate(
            outputs: pass.outputs, targets: view.targets(boxes), wantsGradient: true)
        measured.image.parts = evaluation.parts
        measured.image.labels = evaluation.labels
        guard evaluation.isFinite else {
            measured.image.problem =
                "the loss is not finite: the checkpoint is broken, or the image drives it beyond all bounds"
            return measured
        }
        measured.image.intensity = view.loss.intensity(of: evaluation)
        let evidence = ImageEvidence(
            views: pass.candidates, letterbox: view.letterbox, labels: boxes, classCount: view.model.labelClassCount,
            outputGradients: evaluation.outputGradients)
        measured.judgement.judge(
            evidence, boxes: boxes, losses: evaluation.labels, planting: planting, imageNumber: number)
        if options.gradient != .none {
            try network.backward(arriving(evaluation, view.loss))
            guard try take(try worker.gradient(in: network, of: view.model, seed: options.seed), into: &measured) else {
                return measured
            }
        }
        evaluation.outputGradients = []
        measured.evaluation = evaluation
        return measured
    }

    // MARK: Steps

    private static func read(_ sample: DatasetSample) throws -> (RGBImage, ContentDigest) {
        let bytes = try FileReading.bytes(ofFile: sample.imagePath)
        return (try ImageDecoder.decode(bytes, file: sample.imagePath).image, .of(bytes))
    }

    private static func unreadable(_ sample: DatasetSample, _ error: any Error) -> MeasuredImage {
        var image = ImageLoss(sample: sample)
        image.problem = "the image \((error as? FileError)?.message ?? "\(error)")"
        return MeasuredImage(image: image, judgement: ImageJudgement(image: sample.image, digest: nil))
    }

    /// The outputs, and the candidates of both views: as the image is, and mirrored.
    private func forward(
        _ pixels: [Float], _ view: ModelView, _ network: any CompiledNetwork
    ) throws -> (outputs: [[Float]], candidates: [[Candidate]]) {
        func candidates(_ outputs: [[Float]]) -> [Candidate] {
            view.model.candidates(
                outputs: outputs, input: view.input, least: Self.leastObjectness, most: Self.mostCandidates)
        }
        // The mirrored image first: the backward pass needs the plain one's values.
        let mirrored = candidates(try network.forward(Self.mirrored(pixels, width: view.letterbox.width)))
            .map { $0.mirrored(width: view.letterbox.width) }
        let outputs = try network.forward(pixels)
        return (outputs, [candidates(outputs), mirrored])
    }

    /// The gradient at the outputs that goes backward.
    private func arriving(_ evaluation: LossEvaluation, _ loss: any DetectionLoss) -> [[Float]] {
        whole.map { loss.shareGradients(of: evaluation, datasetCounts: $0.counts, images: $0.images) }
            ?? evaluation.outputGradients
    }

    /// Whether the gradient is finite; otherwise that is the image's problem.
    private func take(
        _ gradient: (norms: GradientNorms, sketch: [Float]), into measured: inout MeasuredImage
    ) throws -> Bool {
        guard gradient.norms.total.isFinite else {
            measured.image.problem = "the gradient is not finite"
            return false
        }
        measured.image.norms = gradient.norms
        measured.entry = GradientFigures.Entry(
            norm: gradient.norms.total,
            sketch: try scratch.map { .scratch($0, at: try $0.append(gradient.sketch)) } ?? .held(gradient.sketch),
            boxCount: measured.image.boxes.count)
        return true
    }

    /// Every row of every plane turned round.
    private static func mirrored(_ pixels: [Float], width: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: pixels.count) { result, filled in
            pixels.withUnsafeBufferPointer { pixels in
                for start in stride(from: 0, to: pixels.count, by: width) {
                    for column in 0..<width { result[start + column] = pixels[start + width - 1 - column] }
                }
            }
            filled = pixels.count
        }
    }
}
