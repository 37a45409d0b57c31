import Findings
import TextForms
import YOLODataset

/// I009: nearly the same image twice in a split.
public struct NearDuplicateImage: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I009", name: "nearly the same image twice in a split", severity: .note,
        what: "Two images of one split show nearly the same picture, by the measure of D006.",
        why:
            "Training sees the picture twice, and in validation an error counts twice. With different labels it teaches "
            + "two truths.",
        fix: "keep one of the two, or look whether their labels agree")

    public static let thresholds = [ImageTwins.nearDuplicateBits]

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        survey.nearDuplicates.compactMap { first, second, likeness in
            guard first.split == second.split else { return nil }
            return finding(
                second.image,
                message: "nearly the same picture as \(first.image) (correlation "
                    + "\(Figure.short(likeness, decimals: 3)))",
                effect: .kept("counts twice"))
        }
    }
}
