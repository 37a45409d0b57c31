import NeuralKernels

/// The loss of models with two heads: that of the v8 family for the head with many matches a label, and once more for the
/// head with one.
///
/// Outputs are those of the first head, level by level, then those of the second. Up to 8.3 both count alike and the second
/// takes the best aligned candidate alone; from 8.4 on the heads have weights that change with training, and the second
/// takes the best of seven once each candidate has one label.
public struct EndToEndLoss: DetectionLoss {
    private let many: any DetectionLoss
    private let one: any DetectionLoss
    private let weights: (many: Double, one: Double)

    /// - Parameter head: makes the loss of one head.
    init(_ hyperparameters: YOLOv8Hyperparameters, head: (YOLOv8Hyperparameters) -> any DetectionLoss) {
        weights = hyperparameters.headWeights
        many = head(hyperparameters)
        var single = hyperparameters
        if hyperparameters.release == .upTo83 {
            single.candidates = 1
        } else {
            single.candidates = 7
            single.finalCandidates = 1
        }
        one = head(single)
    }

    public func counts(_ targets: [LossTarget]) -> LossCounts? { nil }

    /// A label's figures are those of the first head, whose matches say more.
    public func evaluate(outputs: [[Float]], targets: [LossTarget], wantsGradient: Bool) -> LossEvaluation {
        let half = outputs.count / 2
        var evaluation = many.evaluate(
            outputs: Array(outputs[..<half]), targets: targets, wantsGradient: wantsGradient
        ).multiplied(by: weights.many)
        let second = one.evaluate(
            outputs: Array(outputs[half...]), targets: targets, wantsGradient: wantsGradient
        ).multiplied(by: weights.one)
        evaluation.parts.box += second.parts.box
        evaluation.parts.classification += second.parts.classification
        evaluation.parts.distribution = (evaluation.parts.distribution ?? 0) + (second.parts.distribution ?? 0)
        if let angle = second.parts.angle { evaluation.parts.angle = (evaluation.parts.angle ?? 0) + angle }
        evaluation.counts.values += second.counts.values
        evaluation.boxNumerators += second.boxNumerators
        evaluation.classNumerators += second.classNumerators
        evaluation.distributionNumerators += second.distributionNumerators
        evaluation.angleNumerators += second.angleNumerators
        evaluation.outputGradients += second.outputGradients
        evaluation.isFinite = evaluation.isFinite && second.isFinite
        return evaluation
    }

    public func share(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> LossParts {
        many.share(of: evaluation, datasetCounts: datasetCounts, images: images)
    }

    public func intensity(of evaluation: LossEvaluation) -> LossParts { many.intensity(of: evaluation) }

    public func shareGradients(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> [[Float]] {
        many.shareGradients(of: evaluation, datasetCounts: datasetCounts, images: images)
    }
}

extension LossEvaluation {
    /// Loss and gradient times a factor; counts, and what a label's cells say, stay.
    func multiplied(by factor: Double) -> LossEvaluation {
        guard factor != 1 else { return self }
        var result = self
        result.parts = parts.multiplied(by: factor)
        result.boxNumerators = boxNumerators.map { factor * $0 }
        result.classNumerators = classNumerators.map { factor * $0 }
        result.distributionNumerators = distributionNumerators.map { factor * $0 }
        result.angleNumerators = angleNumerators.map { factor * $0 }
        result.outputGradients = outputGradients.map { $0.map { Float(factor) * $0 } }
        for index in labels.indices {
            result.labels[index].gradientNorm *= factor
            result.labels[index].gradientNormBox *= factor
            result.labels[index].gradientNormClassification *= factor
        }
        return result
    }
}
