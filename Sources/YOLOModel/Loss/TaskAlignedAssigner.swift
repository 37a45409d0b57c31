import Foundation

/// Which anchor points learn which label, in the v8 family: those inside a label's box whose prediction is best aligned
/// with it. Not differentiated.
struct TaskAlignedAssigner {
    /// Positive anchor points a label.
    var candidates = 10
    /// Alignment = score^alpha · CIoU^beta.
    var alpha = 0.5
    var beta = 6.0

    /// A label, with its box in pixels.
    struct Label {
        var classID: Int
        var box: CornerBox<Double>
    }

    /// An anchor point that learns a label.
    struct Match: Hashable {
        var anchor: Int
        var label: Int
        /// The target of the label's class at the anchor.
        var score: Double
    }

    /// What a label finds at an anchor point inside its box.
    private struct Candidate {
        var anchor: Int
        var alignment: Double
        var iou: Double
    }

    /// - Parameters:
    ///   - points: the anchor points inside a box.
    ///   - prediction: an anchor's box in pixels, and its probability of a class.
    /// - Returns: by anchor.
    func assign(
        _ labels: [Label], points: (CornerBox<Double>) -> [Int],
        box: (Int) -> CornerBox<Double>, probability: (_ anchor: Int, _ classID: Int) -> Double
    ) -> [Match] {
        let found = labels.map { label in
            points(label.box).map { anchor in
                let iou = max(0, CompleteIoU.cornerForm(box(anchor).constant, label.box).value)
                let score = probability(anchor, label.classID)
                return Candidate(anchor: anchor, alignment: pow(score, alpha) * pow(iou, beta), iou: iou)
            }
        }
        // The label with the highest CIoU at each anchor, among all whose box contains it.
        var closest: [Int: (label: Int, iou: Double)] = [:]
        for (label, candidates) in found.enumerated() {
            for candidate in candidates where candidate.iou > closest[candidate.anchor]?.iou ?? -1 {
                closest[candidate.anchor] = (label, candidate.iou)
            }
        }
        var claims: [Int: [Int]] = [:]
        for (label, candidates) in found.enumerated() {
            let best = candidates.sorted { ($1.alignment, $0.anchor) < ($0.alignment, $1.anchor) }
            for candidate in best.prefix(self.candidates) where candidate.alignment > 0 {
                claims[candidate.anchor, default: []].append(label)
            }
        }
        var owner: [Int: Int] = [:]
        for (anchor, labels) in claims {
            owner[anchor] = labels.count == 1 ? labels[0] : closest[anchor]?.label ?? labels[0]
        }
        var matches: [Match] = []
        for (label, candidates) in found.enumerated() {
            let own = candidates.filter { owner[$0.anchor] == label }
            let highestAlignment = own.map(\.alignment).max() ?? 0
            let highestIoU = own.map(\.iou).max() ?? 0
            for candidate in own {
                matches.append(
                    Match(
                        anchor: candidate.anchor, label: label,
                        score: candidate.alignment * highestIoU / (highestAlignment + 1e-9)))
            }
        }
        return matches.sorted { $0.anchor < $1.anchor }
    }
}

extension CornerBox where Number == Double {
    /// The same box, of numbers that depend on nothing.
    var constant: CornerBox<Dual> {
        CornerBox<Dual>(left: Dual(left), top: Dual(top), right: Dual(right), bottom: Dual(bottom))
    }
}
