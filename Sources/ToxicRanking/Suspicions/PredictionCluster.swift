import Foundation
import Geometry

/// Predictions of several views that mean one object.
struct PredictionCluster {
    /// In pixels of the image.
    let box: ObjectBox
    /// Means over the views of the most confident prediction in each.
    let objectness: Double
    let confidence: Double
    /// How far the views differ in confidence.
    let disagreement: Double
    let classes: [Double]
    /// Σ (dℓ/dlogit)² of its objectness.
    let energy: Double
    /// The label that it explains; nil where none fits.
    fileprivate(set) var label: Int?

    /// Predictions with less confidence take no part.
    static let leastConfidence = 0.03

    var classID: Int { classes.indices.max { classes[$0] < classes[$1] } ?? 0 }

    /// Clusters of an image, the most confident first, each with the label that it explains.
    static func list(_ image: ImageEvidence) -> [PredictionCluster] {
        let order = image.predictions.indices.filter { image.predictions[$0].confidence >= leastConfidence }
            .sorted { (image.predictions[$1].confidence, $0) < (image.predictions[$0].confidence, $1) }
        var isUsed = Set<Int>()
        var clusters: [PredictionCluster] = []
        for first in order where !isUsed.contains(first) {
            let anchor = image.predictions[first]
            var members: [(index: Int, weight: Double)] = []
            for index in order where !isUsed.contains(index) {
                let iou = anchor.box.iou(image.predictions[index].box)
                guard index == first || iou > 0.55 else { continue }
                isUsed.insert(index)
                members.append((index, image.predictions[index].confidence * iou * iou))
            }
            clusters.append(PredictionCluster(members, image))
        }
        explain(&clusters, image)
        return clusters.sorted { $0.confidence > $1.confidence }
    }

    private init(_ members: [(index: Int, weight: Double)], _ image: ImageEvidence) {
        let total = members.reduce(0) { $0 + $1.weight }
        func mean(_ value: (ImageEvidence.Prediction) -> Double) -> Double {
            members.reduce(0) { $0 + $1.weight * value(image.predictions[$1.index]) } / total
        }
        box = ObjectBox.mean(members.map { (image.predictions[$0.index].box, $0.weight) })
        classes = (0..<image.classCount).map { id in mean { $0.classes[id] } }
        energy = members.reduce(0) { $0 + image.predictions[$1.index].energy }
        var objects = [Double](repeating: 0, count: image.viewCount)
        var confidences = objects
        for (index, _) in members {
            let it = image.predictions[index]
            objects[it.view] = max(objects[it.view], it.objectness)
            confidences[it.view] = max(confidences[it.view], it.confidence)
        }
        objectness = objects.reduce(0, +) / Double(image.viewCount)
        confidence = confidences.reduce(0, +) / Double(image.viewCount)
        disagreement = (confidences.max() ?? 0) - (confidences.min() ?? 0)
    }

    /// Gives each label at most one cluster: the pairs with the largest confidence × IoU first, IoU over 0.3.
    private static func explain(_ clusters: inout [PredictionCluster], _ image: ImageEvidence) {
        var pairs: [(cluster: Int, label: Int, worth: Double)] = []
        for (index, cluster) in clusters.enumerated() {
            for (label, entry) in image.labels.enumerated() {
                let iou = cluster.box.iou(entry.box)
                if iou > 0.3 { pairs.append((index, label, iou * cluster.confidence)) }
            }
        }
        pairs.sort { ($1.worth, $0.cluster, $0.label) < ($0.worth, $1.cluster, $1.label) }
        var taken = Set<Int>()
        for pair in pairs where clusters[pair.cluster].label == nil && !taken.contains(pair.label) {
            clusters[pair.cluster].label = pair.label
            taken.insert(pair.label)
        }
    }

    /// How many `features` gives.
    static let featureCount = 12

    /// How much speaks for an object that has no label: confidence, objectness, the two largest class probabilities,
    /// disagreement, IoU with a label and with a better cluster, the part inside a label, log area, aspect, whether at the
    /// border, class.
    ///
    /// - Parameter skipped: a label that is taken for absent.
    func features(in image: ImageEvidence, clusters: [PredictionCluster], skipping skipped: Int?) -> [Float] {
        var nearest = 0.0
        var inside = 0.0
        for (index, label) in image.labels.enumerated() where index != skipped {
            nearest = max(nearest, label.box.iou(box))
            inside = max(inside, label.box.intersection(box) / max(box.area, 1e-9))
        }
        let better = clusters.lazy.filter { $0.confidence > confidence }.map { $0.box.iou(box) }.max() ?? 0
        let ranked = classes.sorted(by: >)
        return [
            confidence, objectness, ranked.first ?? 0, ranked.count > 1 ? ranked[1] : 0, disagreement, nearest, better,
            inside, log(max(box.area, 1e-9)), abs(log(max(box.width, 1e-9) / max(box.height, 1e-9))),
            image.isAtBorder(box) ? 1 : 0, Double(classID),
        ].map { Float($0) }
    }

    /// The largest IoU with a label.
    func nearestLabel(in image: ImageEvidence) -> Double { image.labels.map { $0.box.iou(box) }.max() ?? 0 }
}
