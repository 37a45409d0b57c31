import Findings

/// What the check found.
public struct LabelCheckResult: Sendable {
    /// By file, line, column and code.
    public let findings: [Finding]
    public let images: Int
    public let boxes: Int
    /// Label rows by class id; ids beyond the classes included.
    public let boxesByClass: [Int: Int]
    /// Images that training would never see, and the label rows that it would not.
    public let droppedImages: Int
    public let droppedBoxes: Int
    public let droppedBoxesByClass: [Int: Int]
    public let trainer: Trainer
    public let profile: DatasetProfile

    public func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }
}
