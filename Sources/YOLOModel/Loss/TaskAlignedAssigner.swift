import Foundation

/// Which anchor points learn which label, in the v8 family: those inside a label's box whose prediction is best aligned
/// with it, by score and by CIoU (of rotated boxes, ProbIoU). Not differentiated.
struct TaskAlignedAssigner {
    /// Positive anchor points a label.
    let candidates: Int
    /// Of a label's anchor points, the best aligned that remain once each has one label; nil for all.
    let finalCandidates: Int?
    /// Alignment = score^alpha · IoU^beta.
    let alpha = 0.5
    let beta = 6.0

    init(_ hyperparameters: YOLOv8Hyperparameters) {
        candidates = hyperparameters.candidates
        finalCandidates = hyperparameters.finalCandidates
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
    ///   - classIDs: of the labels.
    ///   - points: the anchor points that may learn a label.
    ///   - iou: of an anchor's box with a label's, 0 and more.
    ///   - probability: of a class at an anchor.
    /// - Returns: by anchor.
    func assign(
        _ classIDs: [Int], points: (_ label: Int) -> [Int], iou: (_ anchor: Int, _ label: Int) -> Double,
        probability: (_ anchor: Int, _ classID: Int) -> Double
    ) -> [Match] {
        let found = classIDs.indices.map { label in
            points(label).map { anchor in
                let iou = max(0, iou(anchor, label))
                let score = probability(anchor, classIDs[label])
                return Candidate(anchor: anchor, alignment: pow(score, alpha) * pow(iou, beta), iou: iou)
            }
        }
        // The label with the highest IoU at each anchor, among all that may have it.
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
            var own = candidates.filter { owner[$0.anchor] == label }
            if let most = finalCandidates, own.count > most {
                own = Array(own.sorted { ($1.alignment, $0.anchor) < ($0.alignment, $1.anchor) }.prefix(most))
            }
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
