import CheckedNumbers
import Findings
import TextForms
import YOLODataset

/// D013: same image, different labels.
public struct SameImageOtherLabels: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D013", name: "same image, different labels", severity: .error,
        what: "Files with the same bytes stand in two places with different label rows.",
        why:
            "One picture teaches two truths, and each pulls against the other in every epoch. Often one of the two was "
            + "corrected and the other forgotten.",
        fix: "compare the two, keep the right labels, and delete the other image")

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        survey.duplicates.flatMap { group -> [Finding] in
            guard let first = group.first else { return [] }
            let rows = Self.rows(first, survey.dataset)
            return group.dropFirst().compactMap { other in
                let others = Self.rows(other, survey.dataset)
                guard others != rows else { return nil }
                let onlyHere = others.subtracting(rows).count
                let onlyThere = rows.subtracting(others).count
                return finding(
                    other.image,
                    message:
                        "the same bytes as \(first.image), but \(Counted.text(onlyHere, "row")) that the other does not have, and "
                        + "\(onlyThere) that only the other has",
                    effect: .kept("one picture is learned with two sets of labels"))
            }
        }
    }

    /// To six decimals: the order of rows and how numbers are written do not matter.
    private static func rows(_ sample: DatasetSample, _ dataset: Dataset) -> Set<[Int]> {
        guard sample.hasLabelFile,
            let file = try? LabelFile.read(sample.labelPath, keypointShape: dataset.keypointShape)
        else { return [] }
        return Set(
            file.rows.map {
                $0.values.map { Int(clamping: max(-1e12, min(1e12, ($0.isNaN ? 0 : $0) * 1e6)).rounded()) }
            })
    }
}
