import YOLOModel

extension ToxicResult {
    /// Puts every image in relation to all others. Images are in the order of the listing still.
    ///
    /// - Parameters:
    ///   - losses: of each of the run's models.
    ///   - reach: what the gradients are of.
    /// - Throws: `FileError` where sketches are in a file that cannot be read.
    init(
        _ measured: [MeasuredImage], _ losses: [any DetectionLoss], backend: String, reach: GradientReach
    ) throws {
        var images = measured.map(\.image)
        let entries = measured.compactMap(\.entry)
        let energy = entries.reduce(0) { $0 + $1.norm * $1.norm }
        try Self.addDirections(measured, models: losses.count, to: &images)
        for (index, one) in measured.enumerated() {
            guard let norm = one.entry?.norm else { continue }
            images[index].energyShare = energy > 0 ? norm * norm / energy : 0
        }
        Self.addShares(measured, losses, to: &images)
        let norms = entries.map(\.norm)
        func share(above limit: Double) -> Double? {
            // Trainers clip the whole gradient: a part of it says nothing of that.
            guard reach == .full else { return nil }
            return norms.isEmpty ? 0 : Double(norms.count { $0 > limit }) / Double(norms.count)
        }
        let top = norms.sorted(by: >).prefix(max(1, norms.count / 100)).reduce(0) { $0 + $1 * $1 }
        self.init(
            images: images, reach: reach,
            effectiveSampleSize: reach == .none ? nil : GradientFigures.effectiveSampleSize(norms),
            clippedAt10: share(above: 10), clippedAt1: share(above: 1),
            topPercentEnergy: reach == .none ? nil : energy > 0 ? top / energy : 0,
            datasetLoss: Self.mean(images.compactMap(\.share)), backend: backend)
    }

    /// Gradients of different models have no common direction: each is compared with its own model's.
    private static func addDirections(_ measured: [MeasuredImage], models: Int, to images: inout [ImageLoss]) throws {
        for model in 0..<models {
            let own = measured.indices.filter { measured[$0].model == model && measured[$0].entry != nil }
            for (index, figures) in zip(own, try GradientFigures.compute(own.compactMap { measured[$0].entry })) {
                images[index].projectionShare = figures.projectionShare
                images[index].leaveOneOutCosine = figures.leaveOneOutCosine
                images[index].robustZ = figures.robustZ
            }
        }
    }

    /// Each image's loss on the denominators of the dataset as one batch.
    private static func addShares(
        _ measured: [MeasuredImage], _ losses: [any DetectionLoss], to images: inout [ImageLoss]
    ) {
        var whole = WholeBatch()
        for one in measured { one.evaluation.map { whole.add($0.counts) } }
        for (index, one) in measured.enumerated() {
            images[index].share = one.evaluation.map {
                losses[one.model].share(of: $0, datasetCounts: whole.counts, images: whole.images)
            }
        }
    }

    /// The loss of the dataset as one batch.
    private static func mean(_ shares: [LossParts]) -> LossParts {
        func mean(_ part: (LossParts) -> Double?) -> Double? {
            let values = shares.compactMap(part)
            return values.isEmpty ? nil : values.reduce(0, +) / Double(shares.count)
        }
        return LossParts(
            box: mean(\.box) ?? 0, objectness: mean(\.objectness), classification: mean(\.classification) ?? 0,
            distribution: mean(\.distribution), angle: mean(\.angle))
    }
}
