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
        let convention = model.family == .v5 ? AveragePrecision.Convention.yolov5 : .coco
        let source = NetworkSource([model], backend: backend, precision: options.precision)
        let order = try JudgingOrder(samples, ToxicModels(model), options, isCancelled: isCancelled)
        let measured = try order.map(
            progress: { progress($0, samples.count) },
            makeState: { (whole: source.networks { _ in .none }, smaller: source.networks { _ in .none }) },
            { worker, index -> Measured? in
                let sample = samples[index]
                guard let image = try? ImageDecoder.decodeFile(sample.imagePath).image else { return nil }
                /// In pixels of the scaled image.
                func predict(_ networks: JudgingNetworks, _ image: RGBImage, _ size: Int) throws -> [Detection] {
                    var sized = options
                    sized.imageSize = size
                    let letterbox = sized.letterbox(width: image.width, height: image.height, model)
                    let network = try networks.network(0, input: letterbox.input)
                    let outputs = try network.forward(letterbox.planarFloats(of: image))
                    let found = model.detections(outputs: outputs, input: letterbox.input, options: detection)
                    // YOLOv5 validates with boxes that are cut at the image's edge, the v8 family with whole ones.
                    return found.map { inner($0, letterbox, clips: model.family == .v5) }
                }
                let predictions = try predict(worker.whole, image, size)
                let letterbox = options.letterbox(width: image.width, height: image.height, model)
                let targets = ToxicRun.targets(sample.trainableBoxes(in: dataset), letterbox)
                let labels = targets.map { inner(box($0, letterbox), letterbox, clips: false) }
                let shown = predictions.filter { $0.confidence >= shownConfidence }
                var flip: Double?
                var scaled: Double?
                if checksConsistency {
                    let mirrored = try predict(worker.whole, image.mirrored(), size).map {
                        mirror($0, letterbox.scaledWidth)
                    }
                    flip = disagreement(shown, mirrored.filter { $0.confidence >= shownConfidence })
                    if small != size {
                        let factor = Double(size) / Double(small)
                        let found = try predict(worker.smaller, image, small).map { scale($0, factor) }
                        scaled = disagreement(shown, found.filter { $0.confidence >= shownConfidence })
                    }
                }
                return Measured(
                    image: Image(
                        image: sample.image, labels: labels.count, detections: shown.count, flipDisagreement: flip,
                        sizeDisagreement: scaled),
                    result: .init(predictions: predictions, labels: labels, convention: convention))
            })
        let known = measured.compactMap(\.self)
        return Evaluation(
            precision: AveragePrecision(known.map(\.result), convention: convention), images: known.map(\.image),
            unreadable: measured.count - known.count)
    }

    /// From pixels of the letterboxed image to those of the scaled image in it.
    ///
    /// - Parameter clips: whether a box ends where the image does.
    private static func inner(_ detection: Detection, _ letterbox: Letterbox, clips: Bool) -> Detection {
        var moved = detection
        func place(_ value: Double, _ padding: Int, _ side: Int) -> Double {
            let own = value - Double(padding)
            return clips ? min(max(own, 0), Double(side)) : own
        }
        moved.left = place(detection.left, letterbox.padLeft, letterbox.scaledWidth)
        moved.right = place(detection.right, letterbox.padLeft, letterbox.scaledWidth)
        moved.top = place(detection.top, letterbox.padTop, letterbox.scaledHeight)
        moved.bottom = place(detection.bottom, letterbox.padTop, letterbox.scaledHeight)
        return moved
    }

    private static func box(_ target: LossTarget, _ letterbox: Letterbox) -> Detection {
        let (across, down) = (Double(letterbox.width), Double(letterbox.height))
        let (x, y) = (Double(target.cx) * across, Double(target.cy) * down)
        let (width, height) = (Double(target.width) * across / 2, Double(target.height) * down / 2)
        return Detection(
            left: x - width, top: y - height, right: x + width, bottom: y + height, confidence: 1,
            classID: target.classID)
    }

    private static func mirror(_ detection: Detection, _ width: Int) -> Detection {
        var mirrored = detection
        mirrored.left = Double(width) - detection.right
        mirrored.right = Double(width) - detection.left
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
