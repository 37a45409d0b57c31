import YOLODataset
import YOLOModel

/// What a checkpoint predicts on a dataset, against the labels and against itself.
public struct Evaluation: Sendable {
    /// One image's figures.
    public struct Image: Sendable {
        /// Relative to the dataset's root.
        public let image: String
        /// Labels that training can use.
        public let labels: Int
        /// With a confidence from 0.25 on, after suppression.
        public let detections: Int
        /// How far the predictions change when the image is mirrored: 1 − 2·Σ IoU of matched boxes / number of boxes in
        /// both; 0 for the same boxes, 1 for none in common. Nil where it was not asked for.
        public let flipDisagreement: Double?
        /// The same at three quarters of the size.
        public let sizeDisagreement: Double?
    }

    /// Over all classes and by class.
    public let precision: AveragePrecision
    /// Those that could be decoded, in the order of the listing.
    public let images: [Image]
    /// Images that could not be decoded.
    public let unreadable: Int

    /// Confidence from which on predictions are compared with each other.
    public static let shownConfidence = 0.25

    /// Results do not depend on `jobs`.
    ///
    /// - Parameter checksConsistency: also passes each image mirrored, and at three quarters of the size.
    /// - Throws: `FileError` where the build has no such backend, or the splits hold no image.
    public static func run(
        _ model: DetectionModel, dataset: Dataset, options: ToxicOptions, detection: DetectionOptions,
        checksConsistency: Bool, isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> Evaluation {
        let (backend, samples) = try ToxicRun.prepare(dataset, options)
        let convention: AveragePrecision.Convention =
            switch model.family {
            case .v5: .yolov5
            case .v7: .yolov7
            case .v8, .v10, .v26: .coco
            }
        let source = NetworkSource([model], backend: backend, precision: options.precision)
        let measure = PredictionMeasure(
            model: model, dataset: dataset, options: options, detection: detection, convention: convention,
            checksConsistency: checksConsistency)
        let order = try JudgingOrder(samples, ToxicModels(model), options, isCancelled: isCancelled)
        let measured = try order.map(
            progress: { progress($0, samples.count) },
            makeState: { (whole: source.networks { _ in .none }, smaller: source.networks { _ in .none }) },
            { worker, index in try measure.measure(samples[index], worker.whole, smaller: worker.smaller) })
        let known = measured.compactMap(\.self)
        return Evaluation(
            precision: AveragePrecision(known.map(\.result), convention: convention), images: known.map(\.image),
            unreadable: measured.count - known.count)
    }

    /// 1 − 2·Σ IoU / (n + m) over boxes of one class matched greedily, the most overlapping first.
    public static func disagreement(_ a: [Detection], _ b: [Detection]) -> Double {
        guard !a.isEmpty || !b.isEmpty else { return 0 }
        let pairs = a.indices.flatMap { i in
            b.indices.compactMap { j -> (i: Int, j: Int, iou: Double)? in
                guard a[i].classID == b[j].classID else { return nil }
                let iou = a[i].overlap(b[j])
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
