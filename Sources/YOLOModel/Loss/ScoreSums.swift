import NeuralKernels

/// A loss whose parts all divide by the sum of target scores, in which the predictions have a say.
public protocol ScoreSummedLoss: DetectionLoss {
    /// The loss with the assignment of other outputs: it is not differentiated, and so stands still where the loss is
    /// differentiated by number.
    func evaluate(
        outputs: [[Float]], targets: [LossTarget], assignedBy assigning: [[Float]], wantsGradient: Bool
    ) -> LossEvaluation
}

extension ScoreSummedLoss {
    public func evaluate(outputs: [[Float]], targets: [LossTarget], wantsGradient: Bool) -> LossEvaluation {
        evaluate(outputs: outputs, targets: targets, assignedBy: outputs, wantsGradient: wantsGradient)
    }

    public func counts(_ targets: [LossTarget]) -> LossCounts? { nil }

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

/// Parts and gradients on other sums of target scores, a head each.
enum ScoreSums {
    static func parts(_ evaluation: LossEvaluation, over divisors: [Double]) -> LossParts {
        func sum(_ numerators: [Double]) -> Double { zip(numerators, divisors).reduce(0) { $0 + $1.0 / $1.1 } }
        return LossParts(
            box: sum(evaluation.boxNumerators), classification: sum(evaluation.classNumerators),
            distribution: sum(evaluation.distributionNumerators),
            angle: evaluation.angleNumerators.isEmpty ? nil : sum(evaluation.angleNumerators))
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

/// What one label's matches add up to.
struct LabelSums {
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

/// A factor of each class's cross-entropy.
struct ClassWeights {
    /// Empty where all are 1.
    private let factors: [Double]

    /// - Parameter factors: a class each; those of another number of classes are passed over.
    init(_ factors: [Double], classCount: Int) {
        self.factors = factors.count == classCount && factors.contains { $0 != 1 } ? factors : []
    }

    subscript(id: Int) -> Double { factors.isEmpty ? 1 : factors[id] }

    /// Σ w·log(1 + eˣ) over class logits `[nc, cells]`, and scale times its gradient where that is wanted.
    func softplusSum(_ logits: [Float], scale: Double, gradient: inout [Float]) -> Double {
        guard !factors.isEmpty else {
            return VectorKernels.softplusSum(logits, scale: Float(scale), gradient: &gradient)
        }
        let plane = logits.count / factors.count
        var total = 0.0
        for (id, factor) in factors.enumerated() {
            let range = id * plane..<(id + 1) * plane
            var slopes = gradient.isEmpty ? [] : [Float](repeating: 0, count: plane)
            total +=
                factor
                * VectorKernels.softplusSum(Array(logits[range]), scale: Float(scale * factor), gradient: &slopes)
            if !slopes.isEmpty { gradient.replaceSubrange(range, with: slopes) }
        }
        return total
    }
}
