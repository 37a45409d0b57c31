import Foundation
import NeuralKernels

/// The anchor-free loss: task-aligned assignment, CIoU for boxes, distribution focal loss for their sides, cross-entropy
/// for classes.
///
/// Outputs are two a level: `[1, 4·bins, h, w]` logits of the distances left, top, right and bottom of a cell's centre (with
/// one bin, the distances themselves), and `[1, nc, h, w]` class logits.
public struct YOLOv8Loss: ScoreSummedLoss {
    /// A distance's distribution mostly is over 0 … 15 cells.
    static let usualBins = 16

    let classCount: Int
    let coding: DistanceCoding
    let strides: [Int]
    let input: TensorShape
    let hyperparameters: YOLOv8Hyperparameters

    /// - Parameters:
    ///   - bins: of a distance's distribution; one where distances are said as they are.
    ///   - strides: pixels a cell, a level each.
    ///   - input: `[1, 3, H, W]`.
    public init(
        classCount: Int, bins: Int = 16, strides: [Int], input: TensorShape,
        hyperparameters: YOLOv8Hyperparameters = .init()
    ) {
        self.classCount = classCount
        coding = DistanceCoding(bins: bins)
        self.strides = strides
        self.input = input
        self.hyperparameters = hyperparameters
    }

    public func evaluate(
        outputs: [[Float]], targets: [LossTarget], assignedBy assigning: [[Float]], wantsGradient: Bool
    ) -> LossEvaluation {
        let grid = AnchorPointGrid(strides: strides, input: input)
        precondition(outputs.count == 2 * strides.count)
        let labels = targets.map { target in
            let (across, down) = (Double(input.w), Double(input.h))
            let (x, y) = (Double(target.cx) * across, Double(target.cy) * down)
            let (halfWidth, halfHeight) = (Double(target.width) * across / 2, Double(target.height) * down / 2)
            return Label(
                classID: target.classID,
                box: CornerBox(left: x - halfWidth, top: y - halfHeight, right: x + halfWidth, bottom: y + halfHeight))
        }
        var decoder = DistanceDecoder(outputs: assigning, grid: grid, coding: coding)
        let small = SmallSides(hyperparameters.release, strides: strides)
        let matches = TaskAlignedAssigner(hyperparameters).assign(
            labels.map(\.classID),
            points: { label in grid.points(inside: small?.widened(labels[label].box) ?? labels[label].box) },
            iou: { CompleteIoU.cornerForm(decoder.box($0).constant, labels[$1].box).value },
            probability: { anchor, id in
                let at = grid.place(anchor)
                return Logistic.sigmoid(Double(assigning[2 * at.level + 1][id * grid.plane(at.level) + at.cell]))
            })
        return sum(matches, labels, outputs, grid, wantsGradient)
    }

    /// A label, with its box in pixels.
    private struct Label {
        var classID: Int
        var box: CornerBox<Double>
    }

    /// The loss of an assignment, with its gradient.
    private func sum(
        _ matches: [TaskAlignedAssigner.Match], _ labels: [Label], _ outputs: [[Float]],
        _ grid: AnchorPointGrid, _ wantsGradient: Bool
    ) -> LossEvaluation {
        let sum = MatchedSum(hyperparameters: hyperparameters, classCount: classCount, grid: grid, perLevel: 2)
        return sum.evaluate(
            matches, classIDs: labels.map(\.classID), outputs: outputs, wantsGradient: wantsGradient
        ) { match, place, divisor, gradients in
            let plane = grid.plane(place.level)
            let target = grid.distances(labels[match.label].box, from: match.anchor)
            let sides = MatchedDistances(
                logits: outputs[2 * place.level], coding: coding, plane: plane, cell: place.cell, target: target,
                fractions: grid.fractions(place.level))
            let iou = sides.iou(target)
            if wantsGradient {
                sides.addGradient(
                    byDistance: iou.gradient * (-hyperparameters.box * match.score / divisor),
                    sideFactor: hyperparameters.distribution * match.score / divisor,
                    to: &gradients[2 * place.level], plane: plane, cell: place.cell)
            }
            return .init(box: 1 - iou.value, distribution: sides.sideLoss)
        }
    }
}
