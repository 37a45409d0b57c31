import Foundation
import Geometry

/// How well the predictions bear out one label.
struct RowFeatures {
    /// Support, objectness, class support, class margin, probability of the class and of the best other one, margin ×
    /// objectness, fused IoU, fused IoU × confidence, confidence, deviation over spread, deviation of the worst edge, spread,
    /// best IoU, overlap with labels of the class, with any, and with earlier ones of the class, log area, whether at the
    /// border, class.
    let values: [Float]
    /// How many `values` are.
    static let count = 20
    let classes: ClassEvidence
    let place: PlaceEvidence
    let support: Double
    /// The row before it, of its class, that it overlaps most, and by how much.
    let earlier: (label: Int, iou: Double)?

    init(_ hypothesis: ImageEvidence.Hypothesis, in image: ImageEvidence) {
        let overlap = LabelOverlap(hypothesis, in: image)
        let near = NearPredictions(hypothesis, in: image)
        let found = near.support(in: image)
        classes = ClassEvidence(near, in: image)
        place = PlaceEvidence(near, in: image)
        support = found.support
        earlier = overlap.earlier
        let margin = Self.logit(classes.own) - Self.logit(classes.other)
        // Of the object, not of the label: a planted label must not be known by its shape.
        let object = place.fused ?? hypothesis.box
        values = [
            support, found.objectness, found.ofClass, margin, classes.own, classes.other, margin * found.objectness,
            place.iou, place.iou * place.confidence, place.confidence, (1 - place.iou) / (place.spread + 0.05),
            min(place.edge, 2), place.spread, place.bestIoU, overlap.ofClass, overlap.any, earlier?.iou ?? 0,
            log(max(object.area, 1e-9)), image.isAtBorder(object) ? 1 : 0, Double(hypothesis.classID),
        ].map { Float($0) }
    }

    private static func logit(_ p: Double) -> Double {
        let cut = min(max(p, 1e-4), 1 - 1e-4)
        return log(cut / (1 - cut))
    }
}

/// How far a label overlaps the other labels of its image, by IoU.
private struct LabelOverlap {
    let any: Double
    let ofClass: Double
    let earlier: (label: Int, iou: Double)?

    init(_ hypothesis: ImageEvidence.Hypothesis, in image: ImageEvidence) {
        let others = image.labels.indices.filter { $0 != hypothesis.replaces }
        let ious = others.map { (label: $0, iou: image.labels[$0].box.iou(hypothesis.box)) }
        let same = ious.filter { image.labels[$0.label].classID == hypothesis.classID }
        any = ious.map(\.iou).max() ?? 0
        ofClass = same.map(\.iou).max() ?? 0
        let place = hypothesis.replaces ?? image.labels.count
        earlier = same.filter { $0.label < place && $0.iou > 0 }.max { $0.iou < $1.iou }
    }
}

/// The predictions that overlap a label and fit no other one better: those say nothing of this one.
struct NearPredictions {
    let hypothesis: ImageEvidence.Hypothesis
    /// Of the image's predictions, with the IoU with the label.
    private(set) var all: [(index: Int, iou: Double)] = []

    init(_ hypothesis: ImageEvidence.Hypothesis, in image: ImageEvidence) {
        self.hypothesis = hypothesis
        for (index, prediction) in image.predictions.enumerated() {
            let rival = prediction.bestLabel == hypothesis.replaces ? prediction.secondIoU : prediction.bestIoU
            let iou = prediction.box.iou(hypothesis.box)
            if iou > 0, iou >= rival { all.append((index, iou)) }
        }
    }

    /// Those that cover the label rather than touch it.
    var covering: [(index: Int, iou: Double)] { all.filter { $0.iou > 0.3 } }

    /// Means over the views of the best in each: objectness × IoU, objectness, objectness × IoU × the class's probability.
    func support(in image: ImageEvidence) -> (support: Double, objectness: Double, ofClass: Double) {
        var supports = [Double](repeating: 0, count: image.viewCount)
        var objects = supports
        var ofClass = supports
        for (index, iou) in all {
            let it = image.predictions[index]
            supports[it.view] = max(supports[it.view], it.objectness * iou)
            if iou > 0.5 { objects[it.view] = max(objects[it.view], it.objectness) }
            let own = it.classes.indices.contains(hypothesis.classID) ? it.classes[hypothesis.classID] : 0
            ofClass[it.view] = max(ofClass[it.view], it.objectness * iou * own)
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
        return (mean(supports), mean(objects), mean(ofClass))
    }
}
