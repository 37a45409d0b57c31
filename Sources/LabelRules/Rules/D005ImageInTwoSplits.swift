import Findings
import YOLODataset

/// D005: same image in two splits.
public struct ImageInTwoSplits: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D005", name: "same image in two splits", severity: .error,
        what: "Files with the same bytes stand in different splits.",
        why: "Validation then measures what was learned by heart: the AP is too good, and nobody "
            + "notices.",
        fix: "keep the image in one split")

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        survey.duplicates.compactMap { group in
            let splits = Set(group.map(\.split))
            guard splits.count > 1, let first = group.first,
                let other = group.first(where: { $0.split != first.split })
            else { return nil }
            return finding(
                other.image, message: "the same bytes as \(first.image), which is in \(first.split)",
                effect: .kept("validation sees what training has seen"))
        }
    }
}
