import Findings
import TextForms
import YOLODataset

/// D006: nearly the same image in two splits.
public struct NearDuplicateAcrossSplits: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D006", name: "nearly the same image in two splits", severity: .warning,
        what:
            "Two images of different splits show nearly the same picture: scaled, compressed again, or a moment later. "
            + "Fingerprints of 256 bits differ in at most 40, and the brightness on a grid of 48 × 48 has a correlation of "
            + "0.985 or more.",
        why: "Validation then measures in part what was learned by heart.",
        fix: "keep such images in one split")

    public static let thresholds = [ImageTwins.nearDuplicateBits]

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        survey.nearDuplicates.compactMap { first, second, likeness in
            guard first.split != second.split else { return nil }
            return finding(
                second.image,
                message: "nearly the same picture as \(first.image), which is in \(first.split) (correlation "
                    + "\(Figure.short(likeness, decimals: 3)))",
                effect: .kept("validation sees what training has seen"))
        }
    }
}
