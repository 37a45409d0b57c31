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
        NearDuplicate.reported(
            survey.nearDuplicates.filter { $0.first.split == $0.second.split }, condenses: survey.condenses
        ).map { pair, count in
            finding(
                pair.second.image,
                message: "nearly the same picture as \(pair.first.image) (correlation "
                    + "\(Figure.short(pair.likeness, decimals: 3)))"
                    + (count == 1 ? "" : "; \(count + 1) images show this scene: a fixed camera, or a sequence"),
                effect: .kept("counts twice"))
        }
    }
}
