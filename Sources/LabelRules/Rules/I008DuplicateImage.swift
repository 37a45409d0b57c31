import Findings
import YOLODataset

/// I008: same image twice in a split.
public struct DuplicateImage: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I008", name: "same image twice in a split", severity: .warning,
        what: "Files with the same bytes stand in one split under different names.",
        why: "The image counts twice in training; with different labels it teaches two truths.",
        fix: "keep one of the two")

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        survey.duplicates.flatMap { group -> [Finding] in
            var first: [String: String] = [:]
            return group.compactMap { sample in
                guard let earlier = first[sample.split] else {
                    first[sample.split] = sample.image
                    return nil
                }
                return finding(
                    sample.image, message: "the same bytes as \(earlier)", effect: .kept("counts twice in training"))
            }
        }
    }
}
