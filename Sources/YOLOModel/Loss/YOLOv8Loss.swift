import Foundation
import NeuralKernels

/// The anchor-free loss: task-aligned assignment, CIoU for boxes, distribution focal loss for their sides, cross-entropy
/// for classes.
///
/// Outputs are two a level: `[1, 4·bins, h, w]` logits of the distances left, top, right and bottom of a cell's centre (with
/// one bin, the distances themselves), and `[1, nc, h, w]` class logits.
public struct YOLOv8Loss: DetectionLoss {
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

    public func counts(_ targets: [LossTarget]) -> LossCounts? { nil }

    public func evaluate(outputs: [[Float]], targets: [LossTarget], wantsGradient: Bool) -> LossEvaluation {
        evaluate(outputs: outputs, targets: targets, assignedBy: outputs, wantsGradient: wantsGradient)
    }

    /// The same with the assignment of other outputs: it is not differentiated, and so stands still where the loss is
    /// differentiated by number.
    package func evaluate(
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
        let scoreSum = matches.reduce(0) { $0 + $1.score }
        let divisor = max(scoreSum, 1)
        var gradients = outputs.map { wantsGradient ? [Float](repeating: 0, count: $0.count) : [] }
        // All class logits against 0; the targets of matched anchors are put right below.
        var classification = 0.0
        let classFactor = hyperparameters.classification / divisor
        let weights = ClassWeights(hyperparameters.classWeights, classCount: classCount)
        for level in strides.indices {
            classification += weights.softplusSum(
                outputs[2 * level + 1], scale: classFactor, gradient: &gradients[2 * level + 1])
        }
        var box = 0.0
        var distribution = 0.0
        var sums = [LabelSums](repeating: LabelSums(), count: labels.count)
        for match in matches {
            let place = grid.place(match.anchor)
            let plane = grid.plane(place.level)
            let label = labels[match.label]
            let classAt = label.classID * plane + place.cell
            let classLogits = outputs[2 * place.level + 1]
            let weighted = match.score * weights[label.classID]
            classification -= Double(classLogits[classAt]) * weighted
            if wantsGradient { gradients[2 * place.level + 1][classAt] -= Float(weighted * classFactor) }

            let target = grid.distances(label.box, from: match.anchor)
            let sides = MatchedDistances(
                logits: outputs[2 * place.level], coding: coding, plane: plane, cell: place.cell, target: target,
                fractions: grid.fractions(place.level))
            let iou = sides.iou(target)
            box += (1 - iou.value) * match.score
            distribution += sides.sideLoss * match.score
            sums[match.label].matches += 1
            sums[match.label].box += 1 - iou.value
            for id in 0..<classCount {
                sums[match.label].classification +=
                    weights[id]
                    * Logistic.crossEntropy(
                        Double(classLogits[id * plane + place.cell]), id == label.classID ? match.score : 0)
            }
            guard wantsGradient else { continue }
            sides.addGradient(
                byDistance: iou.gradient * (-hyperparameters.box * match.score / divisor),
                sideFactor: hyperparameters.distribution * match.score / divisor,
                to: &gradients[2 * place.level], plane: plane, cell: place.cell)
            for channel in 0..<coding.channels {
                let slope = Double(gradients[2 * place.level][channel * plane + place.cell])
                sums[match.label].squaredBox += slope * slope
            }
            for id in 0..<classCount {
                let slope = Double(gradients[2 * place.level + 1][id * plane + place.cell])
                sums[match.label].squaredClassification += slope * slope
            }
        }
        let numerators = (
            box: hyperparameters.box * box, classification: hyperparameters.classification * classification,
            distribution: hyperparameters.distribution * distribution
        )
        let parts = LossParts(
            box: numerators.box / divisor, classification: numerators.classification / divisor,
            distribution: numerators.distribution / divisor)
        return LossEvaluation(
            parts: parts, labels: sums.map(\.loss), counts: LossCounts([scoreSum]), boxNumerators: [numerators.box],
            classNumerators: [numerators.classification], distributionNumerators: [numerators.distribution],
            outputGradients: gradients, isFinite: parts.total.isFinite)
    }

    public func share(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> LossParts {
        ScoreSums.parts(evaluation, over: datasetCounts.values.map { max(1, $0) / Double(images) })
    }

    public func intensity(of evaluation: LossEvaluation) -> LossParts {
        ScoreSums.parts(evaluation, over: evaluation.counts.values.map { max(1, $0) })
    }

    public func shareGradients(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> [[Float]] {
        ScoreSums.gradients(evaluation, datasetCounts, images)
    }
}
