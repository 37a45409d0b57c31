import Foundation
import Geometry
import NeuralKernels

/// What one cell of a model's output says, before non-maximum suppression.
public struct Candidate: Sendable, Hashable {
    /// In pixels of the letterboxed image.
    public var box: ObjectBox
    /// Whether there is an object at all; for families without objectness the largest class probability.
    public var objectness: Double
    /// Whether the family predicts objectness; otherwise `objectness` is the largest of `classes`.
    public var hasObjectness: Bool
    /// Of each class, given that there is an object; for families without objectness as the model says them.
    public var classes: [Double]
    /// Where the logit of the objectness (of the best class) stands: the output, and the place in it.
    public var output: Int
    /// Of the logit within that output.
    public var place: Int

    /// - Parameter box: in pixels of the letterboxed image.
    public init(
        box: ObjectBox, objectness: Double, hasObjectness: Bool, classes: [Double], output: Int = 0, place: Int = 0
    ) {
        self.box = box
        self.objectness = objectness
        self.hasObjectness = hasObjectness
        self.classes = classes
        self.output = output
        self.place = place
    }
}

extension Candidate {
    /// In the mirrored image of that width.
    public func mirrored(width: Int) -> Candidate {
        var turned = self
        turned.box = box.mirrored(width: Double(width))
        return turned
    }
}

extension DetectionModel {
    /// Every cell whose objectness is at least that, in the order of the outputs.
    ///
    /// - Parameters:
    ///   - most: where there are more, those with the highest objectness.
    ///   - head: of models with two.
    public func candidates(
        outputs: [[Float]], input: TensorShape, least: Double, most: Int = .max, head: DetectionHead = .one2one
    ) -> [Candidate] {
        // In logits, so that most cells are dismissed without an exponential.
        let leastLogit = Float(log(least / (1 - least)))
        switch family {
        case .v5, .v7:
            return CandidateCell.best(most, of: anchorCells(outputs, input, leastLogit))
                .map { anchorCandidate($0, outputs[$0.level], input) }
        case .v8, .v10, .v26:
            let half = family.isEndToEnd ? outputs.count / 2 : outputs.count
            let base = family.isEndToEnd && head == .one2one ? half : 0
            let own = Array(outputs[base..<base + half])
            let grid = AnchorPointGrid(strides: strides, input: input)
            let coding = DistanceCoding(bins: bins)
            var decoder = DistanceDecoder(outputs: own, grid: grid, coding: coding)
            let turned = angles.map { TurnedDecoder(outputs: own, grid: grid, coding: coding, angles: $0) }
            return CandidateCell.best(most, of: pointCells(own, grid, leastLogit)).map { cell in
                let box = turned.map { ObjectBox($0.box(cell.anchor)) } ?? decoder.box(cell.anchor).placed
                return pointCandidate(cell, own, plane: grid.plane(cell.level), box, base)
            }
        }
    }

    // MARK: With anchors

    private func anchorCells(_ outputs: [[Float]], _ input: TensorShape, _ leastLogit: Float) -> [CandidateCell] {
        var found: [CandidateCell] = []
        for (level, output) in outputs.enumerated() {
            let plane = (input.w / strides[level]) * (input.h / strides[level])
            for anchor in anchors[level].indices {
                let first = (anchor * (5 + classCount) + 4) * plane
                for cell in 0..<plane where output[first + cell] > leastLogit {
                    found.append(CandidateCell(level: level, anchor: anchor, cell: cell, logit: output[first + cell]))
                }
            }
        }
        return found
    }

    /// xy = 2σ − 0.5 and wh = (2σ)²·anchor.
    private func anchorCandidate(_ at: CandidateCell, _ output: [Float], _ input: TensorShape) -> Candidate {
        let stride = Double(strides[at.level])
        let columns = input.w / strides[at.level]
        let plane = columns * (input.h / strides[at.level])
        let first = at.anchor * (5 + classCount) * plane
        let anchor = anchors[at.level][at.anchor]
        func probability(_ channel: Int) -> Double {
            Logistic.sigmoid(Double(output[first + channel * plane + at.cell]))
        }
        let box = Box(
            cx: (2 * probability(0) - 0.5 + Double(at.cell % columns)) * stride,
            cy: (2 * probability(1) - 0.5 + Double(at.cell / columns)) * stride,
            width: pow(2 * probability(2), 2) * anchor.width, height: pow(2 * probability(3), 2) * anchor.height)
        return Candidate(
            box: ObjectBox(Edges(box)), objectness: probability(4), hasObjectness: true,
            // With one class, class logits are never trained.
            classes: labelClasses { classCount == 1 ? 1 : probability(5 + $0) }, output: at.level,
            place: first + 4 * plane + at.cell)
    }

    // MARK: Without

    private func pointCells(_ outputs: [[Float]], _ grid: AnchorPointGrid, _ leastLogit: Float) -> [CandidateCell] {
        var found: [CandidateCell] = []
        var anchor = 0
        let ids = classOrder ?? Array(0..<classCount)
        for level in strides.indices {
            let plane = grid.plane(level)
            let logits = outputs[outputsPerLevel * level + 1]
            for cell in 0..<plane {
                defer { anchor += 1 }
                var highest = -Float.infinity
                for id in ids { highest = max(highest, logits[id * plane + cell]) }
                guard highest > leastLogit else { continue }
                found.append(CandidateCell(level: level, anchor: anchor, cell: cell, logit: highest))
            }
        }
        return found
    }

    private func pointCandidate(
        _ at: CandidateCell, _ outputs: [[Float]], plane: Int, _ box: ObjectBox, _ base: Int
    ) -> Candidate {
        let output = outputsPerLevel * at.level + 1
        let logits = outputs[output]
        let classes = labelClasses { Logistic.sigmoid(Double(logits[$0 * plane + at.cell])) }
        let best = classes.indices.max { classes[$0] < classes[$1] } ?? 0
        let ownBest = classOrder?[best] ?? best
        return Candidate(
            box: box, objectness: classes.max() ?? 0, hasObjectness: false, classes: classes,
            output: base + output, place: ownBest * plane + at.cell)
    }

    /// What the model says of each class that labels have.
    private func labelClasses(_ value: (Int) -> Double) -> [Double] {
        classOrder.map { $0.map(value) } ?? (0..<classCount).map(value)
    }
}

extension CornerBox where Number == Double {
    /// As an upright box in the same unit.
    fileprivate var placed: ObjectBox { ObjectBox(Edges(left: left, top: top, right: right, bottom: bottom)) }
}

/// A cell that says more than nothing, before its box is read.
private struct CandidateCell {
    var level: Int
    /// Of the level's anchors; without anchors, the anchor point.
    var anchor: Int
    var cell: Int
    var logit: Float

    /// The highest, in the order in which they came.
    static func best(_ most: Int, of cells: [CandidateCell]) -> [CandidateCell] {
        guard cells.count > most else { return cells }
        let order = cells.indices.sorted { (cells[$1].logit, $0) < (cells[$0].logit, $1) }
        return order.prefix(most).sorted().map { cells[$0] }
    }
}
