import FileReading
import Findings
import YOLODataset

/// D005: same image in two splits.
public struct ImageInTwoSplits: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D005", name: "same image in two splits", severity: .error,
        what: "Files with the same bytes, or one file by links, stand in different splits.",
        why: "Validation then measures what was learned by heart: the AP is too good, and nobody "
            + "notices.",
        fix: "keep the image in one split")

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        survey.duplicates.flatMap { group -> [Finding] in
            guard let first = group.first else { return [] }
            let file = FileIdentity(ofFile: first.imagePath)
            return group.dropFirst().filter { $0.split != first.split }.map { other in
                // By a link of either kind.
                let isOneFile = file != nil && FileIdentity(ofFile: other.imagePath) == file
                return finding(
                    other.image,
                    message: "the same \(isOneFile ? "file, by a link," : "bytes") as \(first.image), which is in "
                        + first.split,
                    effect: .kept("validation sees what training has seen"))
            }
        }
    }
}
