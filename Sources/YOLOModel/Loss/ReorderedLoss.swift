/// A loss for labels whose classes have other numbers than the model's.
struct ReorderedLoss: DetectionLoss {
    let loss: any DetectionLoss
    /// For each class of the labels, the model's.
    let order: [Int]

    private func reordered(_ targets: [LossTarget]) -> [LossTarget] {
        targets.map { target in
            var target = target
            if order.indices.contains(target.classID) { target.classID = order[target.classID] }
            return target
        }
    }

    func evaluate(outputs: [[Float]], targets: [LossTarget], wantsGradient: Bool) -> LossEvaluation {
        loss.evaluate(outputs: outputs, targets: reordered(targets), wantsGradient: wantsGradient)
    }

    func counts(_ targets: [LossTarget]) -> LossCounts? { loss.counts(reordered(targets)) }

    func share(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> LossParts {
        loss.share(of: evaluation, datasetCounts: datasetCounts, images: images)
    }

    func intensity(of evaluation: LossEvaluation) -> LossParts { loss.intensity(of: evaluation) }

    func shareGradients(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> [[Float]] {
        loss.shareGradients(of: evaluation, datasetCounts: datasetCounts, images: images)
    }
}
