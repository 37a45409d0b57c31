import Foundation

/// Which class the predictions name that cover a label, the better they cover it the weightier.
struct ClassEvidence {
    /// Probability of the label's class; even among the classes where nothing covers the label.
    private(set) var own: Double
    /// Probability of the most probable other class.
    private(set) var other: Double
    /// The most probable other class; the label's where there is none.
    private(set) var otherClass: Int

    init(_ near: NearPredictions, in image: ImageEvidence) {
        let classID = near.hypothesis.classID
        let even = 1 / Double(max(1, image.classCount))
        (own, other, otherClass) = (even, even, classID)
        let covering = near.covering
        let weights = covering.map { image.predictions[$0.index].objectness * pow($0.iou, 3) }
        let total = weights.reduce(0, +)
        guard total > 0 else { return }
        var probabilities = [Double](repeating: 0, count: image.classCount)
        for (part, weight) in zip(covering, weights) {
            for (id, p) in image.predictions[part.index].classes.enumerated() {
                probabilities[id] += weight / total * p
            }
        }
        own = probabilities.indices.contains(classID) ? probabilities[classID] : 0
        let rival = probabilities.indices.filter { $0 != classID }.max { probabilities[$0] < probabilities[$1] }
        other = rival.map { probabilities[$0] } ?? 0
        otherClass = rival ?? classID
    }
}
