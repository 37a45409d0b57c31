import CheckedNumbers
import Foundation

/// v7's assignment (SimOTA, Ge et al. 2021): of the cells that YOLOv5's rule gives to any label of the image, each label
/// gets as many as its ten best overlaps add up to, those that cost least.
///
/// A cell that the rule names several times, for several labels or sides, counts as several, as it does for the trainer.
/// Where costs are equal, the first comes first; the trainer leaves that to its sort.
struct OptimalTransport {
    let loss: YOLOv5Loss
    /// One a level, `[1, na·(5 + nc), h, w]`.
    let outputs: [[Float]]
    let targets: [LossTarget]

    /// So many of the best overlaps say how many cells a label gets.
    private static let overlapsCounted = 10
    /// What a box costs beside its class.
    private static let boxWeight = 3.0

    /// A cell that may learn a label, with what it predicts.
    private struct Place {
        let level: Int
        let match: YOLOv5Loss.Match
        /// In pixels.
        let box: (left: Double, top: Double, right: Double, bottom: Double)
        /// √(objectness · class), a class each.
        let scores: [Double]
    }

    /// The matches that stay, with the labels that they learn, in the order in which they came, a level each.
    func assigned(_ matches: [[YOLOv5Loss.Match]]) -> [[YOLOv5Loss.Match]] {
        let places = matches.enumerated().flatMap { level, own in own.map { place($0, level) } }
        guard !places.isEmpty else { return matches }
        let overlaps = targets.map { target in places.map { overlap(of: target, $0) } }
        let costs = zip(targets, overlaps).map { target, overlaps in
            zip(places, overlaps).map { place, overlap in
                classCost(of: target, place) - Self.boxWeight * log(overlap + 1e-8)
            }
        }
        var owners = [[Int]](repeating: [], count: places.count)
        for label in targets.indices {
            let best = overlaps[label].sorted(by: >).prefix(Self.overlapsCounted).reduce(0, +)
            let count = max(1, Int(clamping: best))
            let order = places.indices.sorted { (costs[label][$0], $0) < (costs[label][$1], $1) }
            for place in order.prefix(count) { owners[place].append(label) }
        }
        var assigned = matches.map { _ in [YOLOv5Loss.Match]() }
        for (index, place) in places.enumerated() {
            guard !owners[index].isEmpty else { continue }
            // Wanted by several, it goes to the label that costs least there, also to one that did not want it.
            let owner =
                owners[index].count == 1
                ? owners[index][0] : targets.indices.min { costs[$0][index] < costs[$1][index] } ?? owners[index][0]
            assigned[place.level].append(match(of: owner, at: place))
        }
        return assigned
    }

    private func plane(_ level: Int) -> (columns: Int, count: Int) {
        let columns = loss.input.w / loss.strides[level]
        return (columns, columns * (loss.input.h / loss.strides[level]))
    }

    private func place(_ match: YOLOv5Loss.Match, _ level: Int) -> Place {
        let (columns, plane) = plane(level)
        let first = match.anchor * (5 + loss.classCount) * plane + match.row * columns + match.column
        func probability(_ channel: Int) -> Double {
            Logistic.sigmoid(Double(outputs[level][first + channel * plane]))
        }
        let (stride, anchor) = (Double(loss.strides[level]), loss.anchors[level][match.anchor])
        let x = (2 * probability(0) - 0.5 + Double(match.column)) * stride
        let y = (2 * probability(1) - 0.5 + Double(match.row)) * stride
        let width = pow(2 * probability(2), 2) * Double(anchor.width) * stride
        let height = pow(2 * probability(3), 2) * Double(anchor.height) * stride
        let objectness = probability(4)
        return Place(
            level: level, match: match,
            box: (x - width / 2, y - height / 2, x + width / 2, y + height / 2),
            scores: (0..<loss.classCount).map { (objectness * probability(5 + $0)).squareRoot() })
    }

    /// The trainer measures labels by the image's height in both directions.
    private func overlap(of target: LossTarget, _ place: Place) -> Double {
        let side = Double(loss.input.h)
        let (x, y) = (Double(target.cx) * side, Double(target.cy) * side)
        let (width, height) = (Double(target.width) * side, Double(target.height) * side)
        let across = min(x + width / 2, place.box.right) - max(x - width / 2, place.box.left)
        let down = min(y + height / 2, place.box.bottom) - max(y - height / 2, place.box.top)
        let shared = max(0, across) * max(0, down)
        let own = (place.box.right - place.box.left) * (place.box.bottom - place.box.top)
        return shared / (width * height + own - shared)
    }

    /// Cross-entropy of the scores with the label's class.
    private func classCost(of target: LossTarget, _ place: Place) -> Double {
        place.scores.enumerated().reduce(0) { sum, element in
            sum - log(max(element.offset == target.classID ? element.element : 1 - element.element, 1e-300))
        }
    }

    private func match(of label: Int, at place: Place) -> YOLOv5Loss.Match {
        let target = targets[label]
        let (columns, plane) = plane(place.level)
        let (across, down) = (Float(columns), Float(plane / columns))
        var match = place.match
        match.label = label
        match.x = target.cx * across - Float(match.column)
        match.y = target.cy * down - Float(match.row)
        (match.width, match.height) = (target.width * across, target.height * down)
        return match
    }
}
