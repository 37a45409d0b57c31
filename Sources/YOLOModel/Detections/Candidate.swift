import Foundation
import Geometry
import NeuralKernels

/// What one cell of a model's output says, before non-maximum suppression.
public struct Candidate: Sendable, Hashable {
    /// In pixels of the letterboxed image.
    public var box: Edges
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
        box: Edges, objectness: Double, hasObjectness: Bool, classes: [Double], output: Int = 0, place: Int = 0
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
    /// - Parameter head: of models with two.
    public func candidates(
        outputs: [[Float]], input: TensorShape, least: Double, head: DetectionHead = .one2one
    ) -> [Candidate] {
        switch family {
        case .v5: anchorCandidates(outputs, input, least)
        case .v8: pointCandidates(outputs[...], input, least)
        case .v10, .v26:
            pointCandidates(
                head == .one2one ? outputs[(outputs.count / 2)...] : outputs[..<(outputs.count / 2)], input, least)
        }
    }

    /// xy = 2σ − 0.5 and wh = (2σ)²·anchor at each cell.
    private func anchorCandidates(_ outputs: [[Float]], _ input: TensorShape, _ least: Double) -> [Candidate] {
        // In logits, so that most cells are dismissed without an exponential.
        let leastLogit = Float(log(least / (1 - least)))
        var found: [Candidate] = []
        for (level, output) in outputs.enumerated() {
            let stride = Double(strides[level])
            let columns = input.w / strides[level]
            let plane = columns * (input.h / strides[level])
            for (index, anchor) in anchors[level].enumerated() {
                let first = index * (5 + classCount) * plane
                for cell in 0..<plane where output[first + 4 * plane + cell] > leastLogit {
                    func probability(_ channel: Int) -> Double {
                        Logistic.sigmoid(Double(output[first + channel * plane + cell]))
                    }
                    let x = (2 * probability(0) - 0.5 + Double(cell % columns)) * stride
                    let y = (2 * probability(1) - 0.5 + Double(cell / columns)) * stride
                    let width = pow(2 * probability(2), 2) * anchor.width
                    let height = pow(2 * probability(3), 2) * anchor.height
                    found.append(
                        Candidate(
                            box: Edges(Box(cx: x, cy: y, width: width, height: height)),
                            objectness: probability(4), hasObjectness: true,
                            // With one class, class logits are never trained.
                            classes: classCount == 1 ? [1] : (0..<classCount).map { probability(5 + $0) },
                            output: level, place: first + 4 * plane + cell))
                }
            }
        }
        return found
    }

    /// Distances from the cell's centre.
    private func pointCandidates(_ outputs: ArraySlice<[Float]>, _ input: TensorShape, _ least: Double) -> [Candidate] {
        let base = outputs.startIndex
        let outputs = Array(outputs)
        let grid = AnchorPointGrid(strides: strides, input: input)
        var decoder = DistanceDecoder(outputs: outputs, grid: grid, coding: DistanceCoding(bins: bins))
        let leastLogit = Float(log(least / (1 - least)))
        var found: [Candidate] = []
        var anchor = 0
        for level in strides.indices {
            let plane = grid.plane(level)
            let logits = outputs[2 * level + 1]
            for cell in 0..<plane {
                defer { anchor += 1 }
                guard (0..<classCount).contains(where: { logits[$0 * plane + cell] > leastLogit }) else { continue }
                let classes = (0..<classCount).map { Logistic.sigmoid(Double(logits[$0 * plane + cell])) }
                let best = classes.indices.max { classes[$0] < classes[$1] } ?? 0
                let box = decoder.box(anchor)
                found.append(
                    Candidate(
                        box: Edges(left: box.left, top: box.top, right: box.right, bottom: box.bottom),
                        objectness: classes.max() ?? 0, hasObjectness: false, classes: classes,
                        output: base + 2 * level + 1, place: best * plane + cell))
            }
        }
        return found
    }
}
