import Findings
import YOLODataset

/// What the check found.
public struct LabelCheckResult: Sendable {
    /// By file, line, column and code.
    public let findings: [Finding]
    /// All images of the splits that were checked, readable or not.
    public let images: Int
    /// All label rows, of whatever form.
    public let boxes: Int
    /// Label rows by class id; ids beyond the classes included.
    public let boxesByClass: [Int: Int]
    /// Images that training would never see, and the label rows that it would not.
    public let droppedImages: Int
    /// Label rows that training would never see, with their image or by themselves.
    public let droppedBoxes: Int
    /// The same by class id; −1 for rows without a whole number.
    public let droppedBoxesByClass: [Int: Int]
    /// Whose reading was foretold.
    public let trainer: Trainer
    /// What the dataset is labelled for.
    public let task: RecognisedTask
    /// What the dataset consists of, as the card shows it.
    public let profile: DatasetProfile
    /// Why the trainer does not start; empty where it does.
    public let stops: [String]

    /// How many findings have this severity.
    public func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }
}
