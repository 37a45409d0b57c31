import Foundation
import NeuralKernels

/// The v8 family's gains.
public struct YOLOv8Hyperparameters: Sendable, Hashable {
    /// Gain of 1 − CIoU.
    public var box = 7.5
    /// Gain of the classes.
    public var classification = 0.5
    /// Distribution focal loss.
    public var distribution = 1.5
    /// Anchor points that learn a label.
    public var candidates = 10

    public init() {}
}

/// The anchor-free loss: task-aligned assignment, CIoU for boxes, distribution focal loss for their sides, cross-entropy
/// for classes.
///
/// Outputs are two a level: `[1, 4·16, h, w]` logits of the distances left, top, right and bottom of a cell's centre, and
/// `[1, nc, h, w]` class logits.
public struct YOLOv8Loss: DetectionLoss {
    /// A distance's distribution is over 0 … bins − 1 cells.
    static let bins = 16

    let classCount: Int
    let strides: [Int]
    let input: TensorShape
    let hyperparameters: YOLOv8Hyperparameters

    /// - Parameters:
    ///   - strides: pixels a cell, a level each.
    ///   - input: `[1, 3, H, W]`.
    public init(
        classCount: Int, strides: [Int], input: TensorShape, hyperparameters: YOLOv8Hyperparameters = .init()
    ) {
        self.classCount = classCount
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
            return TaskAlignedAssigner.Label(
                classID: target.classID,
                box: CornerBox(left: x - halfWidth, top: y - halfHeight, right: x + halfWidth, bottom: y + halfHeight))
        }
        var decoder = DistanceDecoder(outputs: assigning, grid: grid)
        var assigner = TaskAlignedAssigner()
        assigner.candidates = hyperparameters.candidates
        let matches = assigner.assign(
            labels, points: grid.points(inside:), box: { decoder.box($0) },
            probability: { anchor, id in
                let at = grid.place(anchor)
                return Logistic.sigmoid(Double(assigning[2 * at.level + 1][id * grid.plane(at.level) + at.cell]))
            })
        return sum(matches, labels, outputs, grid, wantsGradient)
    }

    /// The loss of an assignment, with its gradient.
    private func sum(
        _ matches: [TaskAlignedAssigner.Match], _ labels: [TaskAlignedAssigner.Label], _ outputs: [[Float]],
        _ grid: AnchorPointGrid, _ wantsGradient: Bool
    ) -> LossEvaluation {
        let scoreSum = matches.reduce(0) { $0 + $1.score }
        let divisor = max(scoreSum, 1)
        var gradients = outputs.map { wantsGradient ? [Float](repeating: 0, count: $0.count) : [] }
        // All class logits against 0; the targets of matched anchors are put right below.
        var classification = 0.0
        let classFactor = hyperparameters.classification / divisor
        for level in strides.indices {
            classification += VectorKernels.softplusSum(
                outputs[2 * level + 1], scale: Float(classFactor), gradient: &gradients[2 * level + 1])
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
            classification -= Double(classLogits[classAt]) * match.score
            if wantsGradient { gradients[2 * place.level + 1][classAt] -= Float(match.score * classFactor) }

            let sides = MatchedDistances(
                logits: outputs[2 * place.level], plane: plane, cell: place.cell,
                target: grid.distances(label.box, from: match.anchor))
            box += (1 - sides.iou.value) * match.score
            distribution += sides.focalLoss * match.score
            sums[match.label].matches += 1
            sums[match.label].box += 1 - sides.iou.value
            for id in 0..<classCount {
                sums[match.label].classification += Logistic.crossEntropy(
                    Double(classLogits[id * plane + place.cell]), id == label.classID ? match.score : 0)
            }
            guard wantsGradient else { continue }
            sides.addGradient(
                boxFactor: hyperparameters.box * match.score / divisor,
                focalFactor: hyperparameters.distribution * match.score / divisor,
                to: &gradients[2 * place.level], plane: plane, cell: place.cell)
            for channel in 0..<4 * Self.bins {
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

    /// What one label's matches add up to.
    private struct LabelSums {
        var matches = 0
        var box = 0.0
        var classification = 0.0
        var squaredBox = 0.0
        var squaredClassification = 0.0

        var loss: LabelLoss {
            let count = Double(max(1, matches))
            return LabelLoss(
                matches: matches, box: box / count, objectness: nil, classification: classification / count,
                gradientNorm: (squaredBox + squaredClassification).squareRoot(),
                gradientNormBox: squaredBox.squareRoot(), gradientNormObjectness: nil,
                gradientNormClassification: squaredClassification.squareRoot())
        }
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

/// A loss whose parts all divide by the sum of target scores, a head each.
enum ScoreSums {
    static func parts(_ evaluation: LossEvaluation, over divisors: [Double]) -> LossParts {
        func sum(_ numerators: [Double]) -> Double { zip(numerators, divisors).reduce(0) { $0 + $1.0 / $1.1 } }
        return LossParts(
            box: sum(evaluation.boxNumerators), classification: sum(evaluation.classNumerators),
            distribution: sum(evaluation.distributionNumerators))
    }

    static func gradients(_ evaluation: LossEvaluation, _ datasetCounts: LossCounts, _ images: Int) -> [[Float]] {
        let perHead = evaluation.outputGradients.count / max(1, evaluation.counts.values.count)
        return evaluation.outputGradients.enumerated().map { index, gradient in
            let head = index / max(1, perHead)
            let factor = Float(
                max(1, evaluation.counts.values[head]) * Double(images) / max(1, datasetCounts.values[head]))
            return gradient.map { $0 * factor }
        }
    }
}
