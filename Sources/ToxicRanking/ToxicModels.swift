import YOLOModel

/// The models that judge a dataset: one for all images, or one a fold.
public struct ToxicModels: Sendable {
    /// A model a fold; one alone where there are no folds.
    public let models: [DetectionModel]
    /// For each image, relative to the dataset's root, the model that has not seen it. Others are judged by the first.
    public let folds: [String: Int]
    /// For each image, its loss at moments of the training.
    public let traces: [String: [Double]]
    /// How far a probe trained them; nil for a checkpoint from elsewhere.
    public let training: JudgeTraining?

    /// One model judges all images, also those that it was trained on.
    public init(_ model: DetectionModel) { (models, folds, traces, training) = ([model], [:], [:], nil) }

    /// A model a fold, as a probe leaves them.
    public init(
        _ models: [DetectionModel], folds: [String: Int], traces: [String: [Double]] = [:],
        training: JudgeTraining? = nil
    ) {
        self.models = models
        self.folds = folds
        self.traces = traces
        self.training = training
    }

    /// Whether images are judged by models that have not seen them.
    public var isOutOfFold: Bool { !folds.isEmpty }

    /// Whether labels are turned boxes: then rows of corners keep them.
    var takesCorners: Bool { models.contains { $0.angles != nil } }

    /// The same with other forms of the models.
    public func map(_ change: (DetectionModel) throws -> DetectionModel) rethrows -> ToxicModels {
        ToxicModels(try models.map(change), folds: folds, traces: traces, training: training)
    }

    /// Which of `models` judges an image.
    func index(_ image: String) -> Int { min(folds[image] ?? 0, models.count - 1) }
}
