import FileReading
import Foundation
import Imaging
import YOLODataset

/// What is known once every sample has been read.
public struct DatasetSurvey: Sendable {
    /// What was checked.
    public let dataset: Dataset
    /// All samples, counted.
    public let profile: DatasetProfile
    /// The limits that the person set.
    public let thresholds: CheckThresholds
    let samples: [DatasetSample]
    let twins: ImageTwins
    /// Whether pixels were decoded.
    let hasPictures: Bool
    let swaps: SwapEvidence
    let orientations: OrientationEvidence
    /// Whether the trainer starts, by what it takes.
    let start: TrainingStart
    /// Images that this build does not decode, by format.
    let undecoded: [(format: ImageFormat, count: Int, first: DatasetSample)]
    /// Whether what many files have is reported once.
    let condenses: Bool
    /// What the dataset is labelled for.
    let task: RecognisedTask
    let rowForms: RowForms

    /// Label rows by split and class id; −1 stands for rows without a whole number.
    public var rowsBySplit: [String: [Int: Int]] {
        profile.splits.compactMapValues { $0.rowsByClass.isEmpty ? nil : $0.rowsByClass }
    }

    /// Label rows by class id, over all splits.
    public var rowsByClass: [Int: Int] { profile.rowsByClass }

    /// Groups of samples whose images have the same bytes, in the order of the samples.
    public var duplicates: [[DatasetSample]] { twins.same.map { $0.map { samples[$0] } } }

    /// Nearly the same pictures.
    var nearDuplicates: [NearDuplicate] {
        twins.near.map {
            NearDuplicate(
                first: samples[$0.first], second: samples[$0.second], likeness: $0.likeness, group: $0.group)
        }
    }

    /// The correlation of brightness of two samples' images, by number; nil where one cannot be decoded.
    func likeness(_ a: Int, _ b: Int) -> Double? { twins.likeness(a, b, samples) }
}
