import Foundation

/// Precision, recall and average precision by class, as COCO's 101 points.
public struct AveragePrecision: Sendable {
    /// The figures of one class, all from 0 to 1.
    public struct Class: Sendable, Hashable {
        /// The dataset's number of the class.
        public let classID: Int
        /// Labels of the class.
        public let labels: Int
        /// At the confidence that gives the highest mean F1 over all classes.
        public let precision: Double
        /// At the same confidence.
        public let recall: Double
        /// At an IoU of 0.5.
        public let ap50: Double
        /// The mean over IoUs of 0.5, 0.55, …, 0.95.
        public let ap: Double
    }

    /// Whose figures they are.
    public enum Convention: Sendable {
        /// COCO's and Ultralytics 8.4's: each prediction, the most confident first, takes the label that it overlaps most
        /// of those still free; beyond the highest recall that is reached, precision is nothing.
        case coco
        /// YOLOv5's and older Ultralytics': each prediction is for the label that it overlaps most, and the most
        /// confident one gets it; beyond the highest recall, precision falls on a line to 0 at full recall.
        case yolov5
        /// v7's: as YOLOv5's, but the label is taken from an IoU of 0.5 on, whatever the threshold; beyond the highest
        /// recall, precision falls to 0 at once; and the confidence is that of the highest F1 as it is, not smoothed.
        case yolov7
    }

    /// Classes that have labels, by id.
    public let classes: [Class]
    /// The confidence of precision and recall.
    public let confidence: Double

    /// Over the classes that have labels; 0 where none has.
    public func mean(_ figure: KeyPath<Class, Double>) -> Double {
        classes.isEmpty ? 0 : classes.reduce(0) { $0 + $1[keyPath: figure] } / Double(classes.count)
    }

    /// - Parameter images: the predictions of each image, the most confident first, and its labels, whose confidence is
    ///   not used.
    public static func of(
        _ images: [(predictions: [Detection], labels: [Detection])], convention: Convention = .coco
    ) -> AveragePrecision {
        AveragePrecision(
            images.map { ImageResult(predictions: $0.predictions, labels: $0.labels, convention: convention) },
            convention: convention)
    }

    static let thresholds = (0..<10).map { 0.5 + 0.05 * Double($0) }

    /// One image's predictions against its labels, as far as the figures need them.
    package struct ImageResult: Sendable {
        /// Confidence and class of each prediction, and at how many thresholds it is right (from the lowest on).
        var predictions: [(confidence: Double, classID: Int, isRight: [Bool])] = []
        var labels: [Int: Int] = [:]

        /// - Parameters:
        ///   - predictions: the most confident first.
        ///   - labels: confidence is not used.
        package init(predictions: [Detection], labels: [Detection], convention: Convention) {
            for label in labels { self.labels[label.classID, default: 0] += 1 }
            // What each prediction overlaps, the most overlapped first.
            let overlaps = predictions.map { prediction in
                labels.enumerated().compactMap { index, label -> (label: Int, iou: Double)? in
                    guard label.classID == prediction.classID else { return nil }
                    let iou = label.overlap(prediction)
                    return iou >= AveragePrecision.thresholds[0] ? (index, iou) : nil
                }.sorted { ($1.iou, $0.label) < ($0.iou, $1.label) }
            }
            var right = predictions.map { _ in [Bool](repeating: false, count: AveragePrecision.thresholds.count) }
            if convention == .yolov7 {
                var taken: Set<Int> = []
                for (index, overlaps) in overlaps.enumerated() {
                    guard let match = overlaps.first, match.iou > AveragePrecision.thresholds[0],
                        taken.insert(match.label).inserted
                    else { continue }
                    right[index] = AveragePrecision.thresholds.map { match.iou > $0 }
                }
            }
            for (place, threshold) in AveragePrecision.thresholds.enumerated() where convention != .yolov7 {
                var taken: Set<Int> = []
                for (index, overlaps) in overlaps.enumerated() {
                    let candidates = overlaps.prefix { $0.iou >= threshold }
                    let match = convention == .coco ? candidates.first { !taken.contains($0.label) } : candidates.first
                    guard let match, taken.insert(match.label).inserted else { continue }
                    right[index][place] = true
                }
            }
            self.predictions = zip(predictions, right).map { ($0.confidence, $0.classID, $1) }
        }
    }

    /// - Parameter images: in any order.
    package init(_ images: [ImageResult], convention: Convention) {
        var labels: [Int: Int] = [:]
        var byClass: [Int: [(confidence: Double, isRight: [Bool])]] = [:]
        for image in images {
            for (id, count) in image.labels { labels[id, default: 0] += count }
            for prediction in image.predictions {
                byClass[prediction.classID, default: []].append((prediction.confidence, prediction.isRight))
            }
        }
        let ids = labels.keys.sorted()
        let curves = ids.map { Curve(byClass[$0] ?? [], labels: labels[$0] ?? 0) }
        // The highest mean F1 over a thousand confidences, smoothed over a tenth of them.
        let confidences = (0..<1_000).map { Double($0) / 999 }
        let meanF1 = confidences.map { confidence -> Double in
            let sum = curves.reduce(0.0) { sum, curve in
                let (p, r) = curve.at(confidence)
                return sum + 2 * p * r / (p + r + 1e-16)
            }
            return sum / Double(max(1, curves.count))
        }
        let smooth = convention == .yolov7 ? meanF1 : Self.smoothed(meanF1, window: 101)
        let best = smooth.indices.max { (smooth[$0], $1) < (smooth[$1], $0) } ?? 0
        confidence = confidences[best]
        let chosen = confidences[best]
        classes = zip(ids, curves).map { id, curve in
            let (precision, recall) = curve.at(chosen)
            let ap = curve.averagePrecisions(convention)
            return Class(
                classID: id, labels: labels[id] ?? 0, precision: precision, recall: recall, ap50: ap.first ?? 0,
                ap: ap.reduce(0, +) / Double(max(1, ap.count)))
        }
    }

    /// A moving mean; beyond the ends the last value goes on.
    private static func smoothed(_ values: [Double], window: Int) -> [Double] {
        let half = window / 2
        return values.indices.map { index in
            (-half...half).reduce(0.0) { $0 + values[min(max(0, index + $1), values.count - 1)] } / Double(2 * half + 1)
        }
    }

    /// Precision and recall of one class by falling confidence.
    private struct Curve {
        private var confidence: [Double] = []
        /// By threshold, then by prediction.
        private var precision: [[Double]]
        private var recall: [[Double]]

        init(_ predictions: [(confidence: Double, isRight: [Bool])], labels: Int) {
            let order = predictions.indices.sorted {
                (predictions[$1].confidence, $0) < (predictions[$0].confidence, $1)
            }
            confidence = order.map { predictions[$0].confidence }
            precision = []
            recall = []
            for place in AveragePrecision.thresholds.indices {
                var right = 0.0
                var precisions: [Double] = []
                var recalls: [Double] = []
                for (rank, index) in order.enumerated() {
                    if predictions[index].isRight[place] { right += 1 }
                    precisions.append(right / Double(rank + 1))
                    recalls.append(right / (Double(labels) + 1e-16))
                }
                precision.append(precisions)
                recall.append(recalls)
            }
        }

        /// At an IoU of 0.5 and a confidence, between the two predictions around it.
        func at(_ wanted: Double) -> (precision: Double, recall: Double) {
            guard let first = confidence.first, let last = confidence.last else { return (0, 0) }
            if wanted > first { return (1, 0) }
            if wanted <= last { return (precision[0][confidence.count - 1], recall[0][confidence.count - 1]) }
            var low = 0
            var high = confidence.count - 1
            // The last prediction that is at least as confident.
            while low < high {
                let middle = (low + high + 1) / 2
                if confidence[middle] >= wanted { low = middle } else { high = middle - 1 }
            }
            let (before, after) = (confidence[low], confidence[low + 1])
            let part = before == after ? 0 : (before - wanted) / (before - after)
            func between(_ values: [Double]) -> Double { values[low] + part * (values[low + 1] - values[low]) }
            return (between(precision[0]), between(recall[0]))
        }

        /// The area below the falling envelope of precision over recall, by 101 points, a threshold each.
        func averagePrecisions(_ convention: Convention) -> [Double] {
            zip(precision, recall).map { precision, recall in
                guard !precision.isEmpty else { return 0 }
                let highest = recall[recall.count - 1]
                let ends: [Double] =
                    switch convention {
                    case .coco: [highest, 1]
                    case .yolov5: [1]
                    case .yolov7: [highest + 0.01]
                    }
                let x = [0] + recall + ends
                var y = [1] + precision + ends.map { _ in 0 }
                for index in y.indices.dropLast().reversed() { y[index] = max(y[index], y[index + 1]) }
                var at = 0
                let samples = (0...100).map { step -> Double in
                    let wanted = Double(step) / 100
                    guard wanted < x[x.count - 1] else { return y[y.count - 1] }
                    while at + 2 < x.count, x[at + 1] <= wanted { at += 1 }
                    let width = x[at + 1] - x[at]
                    guard width > 0 else { return y[at + 1] }
                    return y[at] + (wanted - x[at]) / width * (y[at + 1] - y[at])
                }
                return zip(samples, samples.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 200 }
            }
        }
    }
}
