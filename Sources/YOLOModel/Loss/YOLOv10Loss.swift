import NeuralKernels

/// The loss of v10: that of the v8 family for the head with many matches a label, and once more for the head with one.
///
/// Outputs are those of the first head, level by level, then those of the second.
public struct YOLOv10Loss: DetectionLoss {
    private let many: YOLOv8Loss
    private let one: YOLOv8Loss

    /// - Parameters:
    ///   - strides: pixels a cell, a level each.
    ///   - input: `[1, 3, H, W]`.
    public init(
        classCount: Int, strides: [Int], input: TensorShape, hyperparameters: YOLOv8Hyperparameters = .init()
    ) {
        many = YOLOv8Loss(classCount: classCount, strides: strides, input: input, hyperparameters: hyperparameters)
        var single = hyperparameters
        single.candidates = 1
        one = YOLOv8Loss(classCount: classCount, strides: strides, input: input, hyperparameters: single)
    }

    public func counts(_ targets: [LossTarget]) -> LossCounts? { nil }

    /// A label's figures are those of the first head, whose matches say more.
    public func evaluate(outputs: [[Float]], targets: [LossTarget], wantsGradient: Bool) -> LossEvaluation {
        let half = outputs.count / 2
        var evaluation = many.evaluate(
            outputs: Array(outputs[..<half]), targets: targets, wantsGradient: wantsGradient)
        let second = one.evaluate(outputs: Array(outputs[half...]), targets: targets, wantsGradient: wantsGradient)
        evaluation.parts.box += second.parts.box
        evaluation.parts.classification += second.parts.classification
        evaluation.parts.distribution = (evaluation.parts.distribution ?? 0) + (second.parts.distribution ?? 0)
        evaluation.counts.values += second.counts.values
        evaluation.boxNumerators += second.boxNumerators
        evaluation.classNumerators += second.classNumerators
        evaluation.distributionNumerators += second.distributionNumerators
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
