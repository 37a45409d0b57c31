import Foundation
import Geometry
import NeuralKernels

/// The loss of turned boxes (OBB): the task-aligned assignment and the classes of the v8 family, ProbIoU for boxes, their
/// sides along their own directions, and, from 8.4 on, sin²2Δ of the angle.
///
/// Outputs are three a level: the distances and the class logits of `YOLOv8Loss`, and `[1, 1, h, w]` of the angle.
public struct TurnedBoxLoss: ScoreSummedLoss {
    /// Labels with a side of less take no part in training, in pixels.
    static let leastSide = 2.0

    let classCount: Int
    let coding: DistanceCoding
    let angles: AngleCoding
    let strides: [Int]
    let input: TensorShape
    let hyperparameters: YOLOv8Hyperparameters

    /// - Parameters:
    ///   - bins: of a distance's distribution; one where distances are said as they are.
    ///   - strides: pixels a cell, a level each.
    ///   - input: `[1, 3, H, W]`.
    public init(
        classCount: Int, bins: Int, angles: AngleCoding, strides: [Int], input: TensorShape,
        hyperparameters: YOLOv8Hyperparameters = .init()
    ) {
        self.classCount = classCount
        coding = DistanceCoding(bins: bins)
        self.angles = angles
        self.strides = strides
        self.input = input
        self.hyperparameters = hyperparameters
    }

    public func evaluate(
        outputs: [[Float]], targets: [LossTarget], assignedBy assigning: [[Float]], wantsGradient: Bool
    ) -> LossEvaluation {
        precondition(outputs.count == TurnedDecoder.perLevel * strides.count)
        let grid = AnchorPointGrid(strides: strides, input: input)
        let labels = targets.map { $0.turned(width: Double(input.w), height: Double(input.h)) }
        let decoder = TurnedDecoder(outputs: outputs, grid: grid, coding: coding, angles: angles)
        let sum = MatchedSum(
            hyperparameters: hyperparameters, classCount: classCount, grid: grid, perLevel: TurnedDecoder.perLevel)
        return sum.evaluate(
            assignment(assigning, labels, targets.map(\.classID), grid), classIDs: targets.map(\.classID),
            outputs: outputs, wantsGradient: wantsGradient
        ) { match, place, divisor, gradients in
            let first = TurnedDecoder.perLevel * place.level
            let (plane, sides) = (grid.plane(place.level), decoder.sides(place))
            let label = seen(labels[match.label], from: grid.centre(match.anchor))
            let distances = MatchedDistances(
                logits: outputs[first], coding: coding, plane: plane, cell: place.cell,
                target: wantedDistances(label), fractions: grid.fractions(place.level))
            let box = sides.box
            let iou = ProbabilisticIoU(GaussianBox(box, floor: floor), GaussianBox(label, floor: floor))
            let turn = angleLoss(sides.angle, label)
            if wantsGradient {
                let slopes = sides.slopes(iou.slopes(box))
                let weight = match.score / divisor
                distances.addGradient(
                    byDistance: slopes.distances * (-hyperparameters.box * weight),
                    sideFactor: hyperparameters.distribution * weight, to: &gradients[first], plane: plane,
                    cell: place.cell)
                let byAngle = hyperparameters.angle * turn.slope - hyperparameters.box * slopes.angle
                gradients[first + 2][place.cell] += Float(
                    byAngle * weight * angles.slope(Double(outputs[first + 2][place.cell])))
            }
            return .init(box: 1 - iou.value, distribution: distances.sideLoss, angle: turn.value)
        }
    }

    /// Added to the variances of both boxes in the loss, in cells².
    private var floor: Double { hyperparameters.release == .from84128 ? 0.01 : 0 }

    private func assignment(
        _ outputs: [[Float]], _ labels: [RotatedBox], _ classIDs: [Int], _ grid: AnchorPointGrid
    ) -> [TaskAlignedAssigner.Match] {
        let decoder = TurnedDecoder(outputs: outputs, grid: grid, coding: coding, angles: angles)
        let small = SmallSides(hyperparameters.release, strides: strides)
        let wanted = labels.map { GaussianBox($0) }
        var known: [Int: GaussianBox] = [:]
        func predicted(_ anchor: Int) -> GaussianBox {
            if let box = known[anchor] { return box }
            let box = GaussianBox(decoder.box(anchor))
            known[anchor] = box
            return box
        }
        return TaskAlignedAssigner(hyperparameters).assign(
            classIDs,
            points: { label in
                let box = labels[label]
                guard min(box.width, box.height) >= Self.leastSide else { return [] }
                return grid.points(inside: small?.widened(box) ?? box)
            },
            iou: { ProbabilisticIoU(predicted($0), wanted[$1]).value },
            probability: { anchor, id in
                let at = grid.place(anchor)
                let logits = outputs[TurnedDecoder.perLevel * at.level + 1]
                return Logistic.sigmoid(Double(logits[id * grid.plane(at.level) + at.cell]))
            })
    }

    /// A label in cells, as seen from an anchor point.
    private func seen(_ label: RotatedBox, from centre: (x: Double, y: Double, stride: Double)) -> RotatedBox {
        RotatedBox(
            centre: PlanePoint(label.centre.x / centre.stride - centre.x, label.centre.y / centre.stride - centre.y),
            width: label.width / centre.stride, height: label.height / centre.stride, angle: label.angle)
    }

    /// The distances of a label's sides from the anchor point: along the label's directions; up to 8.3, as if it were
    /// upright.
    private func wantedDistances(_ label: RotatedBox) -> SIMD4<Double> {
        var label = label
        if hyperparameters.release == .upTo83 { label.angle = 0 }
        let origin = label.ownDirections(of: PlanePoint(0, 0))
        return SIMD4(
            label.width / 2 + origin.x, label.height / 2 + origin.y, label.width / 2 - origin.x,
            label.height / 2 - origin.y)
    }

    /// sin²2Δ·exp(−log²(w/h)/9), and its derivative by the angle: long boxes say their angle by ProbIoU already. Up to
    /// 8.3 nothing.
    private func angleLoss(_ angle: Double, _ label: RotatedBox) -> (value: Double, slope: Double) {
        guard hyperparameters.release != .upTo83 else { return (0, 0) }
        let stretch = log(label.width / label.height)
        let weight = exp(-stretch * stretch / 9)
        let turn = angle - label.angle
        return (weight * sin(2 * turn) * sin(2 * turn), weight * 2 * sin(4 * turn))
    }
}
