import FileReading
import Imaging
import NeuralKernels
import YOLODataset
import YOLOModel

/// What a checkpoint predicts on a dataset, against the labels and against itself.
public struct Evaluation: Sendable {
    public struct Image: Sendable {
        /// Relative to the dataset's root.
        public let image: String
        public let labels: Int
        /// With a confidence from 0.25 on, after suppression.
        public let detections: Int
        /// How far the predictions change when the image is mirrored, and at three quarters of the size: 1 − 2·Σ IoU of
        /// matched boxes / number of boxes in both; 0 for the same boxes, 1 for none in common.
        public let flipDisagreement: Double?
        public let sizeDisagreement: Double?
    }

    public let precision: AveragePrecision
    public let images: [Image]
    /// Images that could not be decoded.
    public let unreadable: Int

    /// Confidence from which on predictions are compared with each other.
    public static let shownConfidence = 0.25

    private final class Worker {
        let network: any CompiledNetwork
        let smaller: (any CompiledNetwork)?

        init(_ network: any CompiledNetwork, _ smaller: (any CompiledNetwork)?) {
            self.network = network
            self.smaller = smaller
        }
    }

    private struct Measured: Sendable {
        var image: Image
        var result: AveragePrecision.ImageResult
    }

    /// Results do not depend on `jobs`.
    ///
    /// - Parameter checksConsistency: also passes each image mirrored, and at three quarters of the size.
    public static func run(
        _ model: DetectionModel, dataset: Dataset, options: ToxicOptions, detection: DetectionOptions,
        checksConsistency: Bool, isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> Evaluation {
        let (backend, samples) = try ToxicRun.prepare(dataset, options)
        let size = options.imageSize
        let stride = model.largestStride
        let small = max(stride, size * 3 / 4 / stride * stride)
        let weights = Dictionary([size, small].map { ($0, SharedWeights()) }, uniquingKeysWith: { first, _ in first })
        @Sendable func network(_ size: Int) throws -> any CompiledNetwork {
            try backend.compile(
                model.graph, input: TensorShape(c: 3, h: size, w: size), gradient: .none, sharing: weights[size])
        }
        let measured = try WorkerPool.map(
            count: samples.count, jobs: options.jobs, isCancelled: isCancelled,
            progress: { progress($0, samples.count) },
            makeState: { Worker(try network(size), checksConsistency && small != size ? try network(small) : nil) },
            { worker, index -> Measured? in
                let sample = samples[index]
                guard let image = try? ImageDecoder.decodeFile(sample.imagePath).image else { return nil }
                func predict(_ network: any CompiledNetwork, _ image: RGBImage, _ size: Int) throws -> [Detection] {
                    let letterbox = Letterbox(imageWidth: image.width, imageHeight: image.height, size: size)
                    let outputs = try network.forward(letterbox.planarFloats(of: image))
                    let found = model.detections(outputs: outputs, size: size, options: detection)
                    // YOLOv5 validates with boxes that are cut at the image's edge, the v8 family with whole ones.
                    return model.family == .v5 ? found.map { clip($0, letterbox) } : found
                }
                let predictions = try predict(worker.network, image, size)
                let letterbox = Letterbox(imageWidth: image.width, imageHeight: image.height, size: size)
                let targets = ToxicRun.targets(sample.trainableBoxes(in: dataset), letterbox)
                let labels = targets.map { box($0, size) }
                let shown = predictions.filter { $0.confidence >= shownConfidence }
                var flip: Double?
                var scaled: Double?
                if checksConsistency {
                    let mirrored = try predict(worker.network, image.mirrored(), size).map { mirror($0, size) }
                    flip = disagreement(shown, mirrored.filter { $0.confidence >= shownConfidence })
                    if let smaller = worker.smaller {
                        let factor = Double(size) / Double(small)
                        let found = try predict(smaller, image, small).map { scale($0, factor) }
                        scaled = disagreement(shown, found.filter { $0.confidence >= shownConfidence })
                    }
                }
                return Measured(
                    image: Image(
                        image: sample.image, labels: labels.count, detections: shown.count, flipDisagreement: flip,
                        sizeDisagreement: scaled),
                    result: .init(predictions: predictions, labels: labels))
            })
        let known = measured.compactMap(\.self)
        return Evaluation(
            precision: AveragePrecision(known.map(\.result)), images: known.map(\.image),
            unreadable: measured.count - known.count)
    }

    /// A box ends where the image does.
    private static func clip(_ detection: Detection, _ letterbox: Letterbox) -> Detection {
        var clipped = detection
        let right = Double(letterbox.padLeft + letterbox.scaledWidth)
        let bottom = Double(letterbox.padTop + letterbox.scaledHeight)
        clipped.left = min(max(detection.left, Double(letterbox.padLeft)), right)
        clipped.right = min(max(detection.right, Double(letterbox.padLeft)), right)
        clipped.top = min(max(detection.top, Double(letterbox.padTop)), bottom)
        clipped.bottom = min(max(detection.bottom, Double(letterbox.padTop)), bottom)
        return clipped
    }

    private static func box(_ target: LossTarget, _ size: Int) -> Detection {
        let side = Double(size)
        let (x, y) = (Double(target.cx) * side, Double(target.cy) * side)
        let (width, height) = (Double(target.width) * side / 2, Double(target.height) * side / 2)
        return Detection(
            left: x - width, top: y - height, right: x + width, bottom: y + height, confidence: 1,
            classID: target.classID)
    }

    private static func mirror(_ detection: Detection, _ size: Int) -> Detection {
        var mirrored = detection
        mirrored.left = Double(size) - detection.right
        mirrored.right = Double(size) - detection.left
        return mirrored
    }

    private static func scale(_ detection: Detection, _ factor: Double) -> Detection {
        var scaled = detection
        scaled.left *= factor
        scaled.top *= factor
        scaled.right *= factor
        scaled.bottom *= factor
        return scaled
    }

    /// 1 − 2·Σ IoU / (n + m) over boxes of one class matched greedily, the most overlapping first.
    public static func disagreement(_ a: [Detection], _ b: [Detection]) -> Double {
        guard !a.isEmpty || !b.isEmpty else { return 0 }
        let pairs = a.indices.flatMap { i in
            b.indices.compactMap { j -> (i: Int, j: Int, iou: Double)? in
                guard a[i].classID == b[j].classID else { return nil }
                let iou = a[i].iou(b[j])
                return iou > 0 ? (i, j, iou) : nil
            }
        }.sorted { ($1.iou, $0.i, $0.j) < ($0.iou, $1.i, $1.j) }
        var usedA: Set<Int> = []
        var usedB: Set<Int> = []
        var total = 0.0
        for pair in pairs where !usedA.contains(pair.i) && !usedB.contains(pair.j) {
            usedA.insert(pair.i)
            usedB.insert(pair.j)
            total += pair.iou
        }
        return 1 - 2 * total / Double(a.count + b.count)
    }
}

extension RGBImage {
    /// Left and right exchanged.
    func mirrored() -> RGBImage {
        var turned = pixels
        for row in 0..<height {
            for column in 0..<width {
                let from = 3 * (row * width + column)
                let to = 3 * (row * width + width - 1 - column)
                for channel in 0..<3 { turned[to + channel] = pixels[from + channel] }
            }
        }
        return RGBImage(width: width, height: height, pixels: turned)
    }
}
