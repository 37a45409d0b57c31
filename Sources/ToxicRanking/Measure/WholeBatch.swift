import Imaging
import YOLODataset
import YOLOModel

/// What the dataset's loss as one batch divides by: the images that have figures, and their counts.
struct WholeBatch: Sendable {
    private(set) var images = 0
    private(set) var counts = LossCounts([])

    init() {}

    mutating func add(_ image: LossCounts) {
        counts = images == 0 ? image : counts + image
        images += 1
    }

    /// The whole batch before anything has been measured: by labels and anchors where those alone decide its counts, by
    /// a forward pass otherwise.
    ///
    /// Images are decoded for it: the labels of one without pixels are in nobody's batch.
    ///
    /// - Parameter boxes: of each sample.
    init(
        _ samples: [DatasetSample], _ boxes: [[LabelBox]], _ order: JudgingOrder, _ models: ToxicModels,
        _ options: ToxicOptions, makeWorker: @Sendable @escaping () -> JudgingWorker
    ) throws {
        let parts = try order.map(
            makeState: makeWorker,
            { worker, index -> LossCounts? in
                let sample = samples[index]
                guard let image = try? ImageDecoder.decodeFile(sample.imagePath).image else { return nil }
                let view = ModelView(sample.image, image, models, options)
                let targets = view.targets(boxes[index])
                if let counts = view.loss.counts(targets) { return counts }
                let network = try worker.networks.network(view.index, input: view.input)
                let outputs = try network.forward(view.letterbox.planarFloats(of: image))
                let evaluation = view.loss.evaluate(outputs: outputs, targets: targets, wantsGradient: false)
                return evaluation.isFinite ? evaluation.counts : nil
            })
        for counts in parts.compactMap(\.self) { add(counts) }
    }
}
