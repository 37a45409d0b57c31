/// How far models can be believed that judge labels: what they predict, held against those labels.
///
/// The labels hold errors themselves, so that no figure reaches 1; what is looked for is a model that sees next to nothing.
public struct JudgeQuality: Sendable, Hashable, Codable {
    /// Average precision at an IoU of 0.5, as COCO's, mean over the classes that have labels.
    public var ap50: Double
    /// Predictions an image with a confidence of at least `shownConfidence`.
    public var predictions: Double
    /// Labels an image.
    public var labels: Double
    /// The part of the labels that a prediction of any class with a confidence of at least `foundConfidence` overlaps by
    /// half.
    public var found: Double

    /// From this confidence on a prediction is one that a person would see.
    public static let shownConfidence = 0.25
    /// From this confidence on a prediction says that there is something.
    public static let foundConfidence = 0.1

    /// The properties of the same names.
    public init(ap50: Double, predictions: Double, labels: Double, found: Double) {
        (self.ap50, self.predictions, self.labels, self.found) = (ap50, predictions, labels, found)
    }

    /// One image's part in it.
    package struct Image: Sendable {
        fileprivate let result: AveragePrecision.ImageResult
        fileprivate let shown: Int
        fileprivate let labels: Int
        fileprivate let found: Int

        /// - Parameters:
        ///   - predictions: the most confident first, after suppression.
        ///   - labels: confidence is not used.
        package init(predictions: [Detection], labels: [Detection]) {
            result = AveragePrecision.ImageResult(predictions: predictions, labels: labels, convention: .coco)
            shown = predictions.count { $0.confidence >= JudgeQuality.shownConfidence }
            self.labels = labels.count
            let seen = predictions.filter { $0.confidence >= JudgeQuality.foundConfidence }
            found = labels.count { label in seen.contains { $0.overlap(label) >= 0.5 } }
        }
    }

    /// Nil where there is no label, which nothing can be held against.
    package init?(_ images: [Image]) {
        let labels = images.reduce(0) { $0 + $1.labels }
        guard labels > 0 else { return nil }
        ap50 = AveragePrecision(images.map(\.result), convention: .coco).mean(\.ap50)
        predictions = Double(images.reduce(0) { $0 + $1.shown }) / Double(images.count)
        self.labels = Double(labels) / Double(images.count)
        found = Double(images.reduce(0) { $0 + $1.found }) / Double(labels)
    }
}

/// How far the models of a probe were trained.
public struct JudgeTraining: Sendable, Hashable {
    /// Steps of each fold.
    public var steps: Int
    /// Steps below which nothing that the models say is believed.
    public var leastSteps: Int
    /// Epochs of each fold.
    public var epochs: Int
    /// Whether training ended because nothing was gained any more.
    public var hasConverged: Bool

    /// The properties of the same names.
    public init(steps: Int, leastSteps: Int, epochs: Int, hasConverged: Bool) {
        self.steps = steps
        self.leastSteps = leastSteps
        self.epochs = epochs
        self.hasConverged = hasConverged
    }
}
