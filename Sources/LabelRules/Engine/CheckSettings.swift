import FileReading
import Findings
import YOLODataset

/// How a dataset is checked.
public struct CheckSettings: Sendable, Hashable {
    /// All of the dataset's where nil.
    public var splits: [String]?
    /// How much of each image is read.
    public var reading = ImageReading.decode
    /// Whose reading of labels and images is foretold.
    public var trainer = Trainer.ultralytics
    /// Side of the training square in pixels.
    public var trainingSize = 640
    /// The limits of rules.
    public var thresholds = CheckThresholds()
    /// Severities by code, or by its beginning; the longest that fits counts.
    public var severities: [String: Severity] = [:]
    /// Whether an error that most files have is reported once.
    public var condenses = true
    /// Where facts about unchanged files are kept; nil for none.
    public var cachePath: String?

    /// What the dataset is labelled for; the check finds it out.
    package var task = RecognisedTask()

    public init() {}

    /// - Returns: nil where the person set none.
    func severity(ofCode code: String) -> Severity? {
        severities.filter { code.hasPrefix($0.key.uppercased()) }
            .max { ($0.key.count, $0.key) < ($1.key.count, $1.key) }?.value
    }
}

extension CheckSettings: Digestible {
    /// Adds all that findings depend on. Where facts are kept is not part of it.
    public func add(to digest: inout DigestBuilder) {
        digest.update("splits", splits)
        digest.update("reading", reading.rawValue)
        digest.update("trainer", trainer.rawValue)
        digest.update("training size", trainingSize)
        digest.update("thresholds", thresholds)
        digest.update("severities", severities.mapValues(\.rawValue))
        digest.update("condenses", condenses)
    }
}
