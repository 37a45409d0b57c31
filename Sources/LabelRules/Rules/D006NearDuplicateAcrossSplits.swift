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
            + "0.985 or more. For each image the likeliest one of each other split counts; more than 20 of one scene are "
            + "one finding, which says how many.",
        why: "Validation then measures in part what was learned by heart.",
        fix: "keep such images in one split")

    public static let thresholds = [ImageTwins.nearDuplicateBits]

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        NearDuplicate.reported(
            survey.nearDuplicates.filter { $0.first.split != $0.second.split }, condenses: survey.condenses
        ).map { pair, count in
            finding(
                pair.second.image,
                message: "nearly the same picture as \(pair.first.image), which is in \(pair.first.split) (correlation "
                    + "\(Figure.short(pair.likeness, decimals: 3)))"
                    + (count == 1
                        ? ""
                        : "; so are \(count - 1) other images of \(pair.second.split), of one scene: a fixed camera, "
                            + "or a sequence"),
                effect: .kept("validation sees what training has seen"))
        }
    }
}
