import Foundation

/// How well the predictions bear out one label.
struct RowFeatures {
    /// Support, objectness, class support, class margin, probability of the class and of the best other one, margin ×
    /// objectness, fused IoU, fused IoU × confidence, confidence, deviation over spread, deviation of the worst edge, spread,
    /// best IoU, overlap with labels of the class, with any, and with earlier ones of the class, log area, whether at the
    /// border, class.
    let values: [Float]
    /// The most probable class where it is not the label's, with the probabilities of both.
    let otherClass: Int
    let otherProbability: Double
    let classProbability: Double
    /// Where the predictions put the object; nil where there are none near the label.
    let fused: PixelBox?
    let fusedIoU: Double
    let confidence: Double
    let support: Double
    /// The row before it, of its class, that it overlaps most, and by how much.
    let earlier: (label: Int, iou: Double)?

    private static func logit(_ p: Double) -> Double {
        let cut = min(max(p, 1e-4), 1 - 1e-4)
        return log(cut / (1 - cut))
    }

    init(_ hypothesis: ImageEvidence.Hypothesis, in image: ImageEvidence) {
        let box = hypothesis.box
        let others = image.labels.indices.filter { $0 != hypothesis.replaces }
        let ious = others.map { (label: $0, iou: image.labels[$0].box.iou(box)) }
        let overlap = ious.map(\.iou).max() ?? 0
        let same = ious.filter { image.labels[$0.label].classID == hypothesis.classID }
        let sameOverlap = same.map(\.iou).max() ?? 0
        let place = hypothesis.replaces ?? image.labels.count
        earlier = same.filter { $0.label < place && $0.iou > 0 }.max { $0.iou < $1.iou }

        // A prediction that fits another label better says nothing of this one.
        var near: [(index: Int, iou: Double)] = []
        for (index, prediction) in image.predictions.enumerated() {
            let rival = prediction.bestLabel == hypothesis.replaces ? prediction.secondIoU : prediction.bestIoU
            let iou = prediction.box.iou(box)
            if iou > 0, iou >= rival { near.append((index, iou)) }
        }
        var supports = [Double](repeating: 0, count: image.viewCount)
        var objects = supports
        var classSupports = supports
        for (index, iou) in near {
            let it = image.predictions[index]
            supports[it.view] = max(supports[it.view], it.objectness * iou)
            if iou > 0.5 { objects[it.view] = max(objects[it.view], it.objectness) }
            let own = it.classes.indices.contains(hypothesis.classID) ? it.classes[hypothesis.classID] : 0
            classSupports[it.view] = max(classSupports[it.view], it.objectness * iou * own)
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
        support = mean(supports)
        let objectness = mean(objects)
        let classSupport = mean(classSupports)

        // Class evidence: predictions that cover the label, the better the weightier.
        let even = 1 / Double(max(1, image.classCount))
        var own = even
        var other = even
        var otherID = hypothesis.classID
        let covering = near.filter { $0.iou > 0.3 }
        let weights = covering.map { image.predictions[$0.index].objectness * pow($0.iou, 3) }
        let total = weights.reduce(0, +)
        if total > 0 {
            var probabilities = [Double](repeating: 0, count: image.classCount)
            for (part, weight) in zip(covering, weights) {
                for (id, p) in image.predictions[part.index].classes.enumerated() {
                    probabilities[id] += weight / total * p
                }
            }
            own = probabilities.indices.contains(hypothesis.classID) ? probabilities[hypothesis.classID] : 0
            let rival = probabilities.indices.filter { $0 != hypothesis.classID }
                .max { probabilities[$0] < probabilities[$1] }
            other = rival.map { probabilities[$0] } ?? 0
            otherID = rival ?? hypothesis.classID
        }
        otherClass = otherID
        otherProbability = other
        classProbability = own

        // Place: the most confident prediction near the label with those that agree with it, by confidence. Neither
        // weight knows the label's own place.
        var fused: PixelBox?
        var fusedIoU = 0.0
        var spread = 0.5
        var bestIoU = 0.0
        var edge = 1.0
        var confidence = 0.0
        if let first = covering.max(by: {
            image.predictions[$0.index].confidence < image.predictions[$1.index].confidence
        }) {
            let anchor = image.predictions[first.index]
            confidence = anchor.confidence
            let agreeing = covering.map { part -> (box: PixelBox, iou: Double, weight: Double) in
                let it = image.predictions[part.index]
                let iou = anchor.box.iou(it.box)
                return (it.box, iou, iou > 0.6 ? it.confidence : 0)
            }
            let sum = agreeing.reduce(0) { $0 + $1.weight }
            func mean(_ value: (PixelBox) -> Double) -> Double {
                agreeing.reduce(0) { $0 + $1.weight * value($1.box) } / sum
            }
            if sum > 0 {
                let found = PixelBox(
                    left: mean(\.left), top: mean(\.top), right: mean(\.right), bottom: mean(\.bottom))
                fused = found
                fusedIoU = found.iou(box)
                spread = agreeing.reduce(0) { $0 + $1.weight * (1 - $1.iou) } / sum
                edge = max(
                    abs(found.left - box.left) / box.width, abs(found.right - box.right) / box.width,
                    abs(found.top - box.top) / box.height, abs(found.bottom - box.bottom) / box.height)
            }
            bestIoU =
                covering.filter { image.predictions[$0.index].confidence > 0.3 * confidence }.map(\.iou).max() ?? 0
        }
        self.fused = fused
        self.fusedIoU = fusedIoU
        self.confidence = confidence
        let margin = Self.logit(own) - Self.logit(other)
        // Of the object, not of the label: a planted label must not be known by its shape.
        let object = fused ?? box
        values = [
            support, objectness, classSupport, margin, own, other, margin * objectness, fusedIoU, fusedIoU * confidence,
            confidence, (1 - fusedIoU) / (spread + 0.05), min(edge, 2), spread, bestIoU, sameOverlap, overlap,
            earlier?.iou ?? 0, log(max(object.area, 1e-9)),
            object.isAtBorder(width: image.width, height: image.height) ? 1 : 0, Double(hypothesis.classID),
        ].map { Float($0) }
    }
}
