import Findings
import YOLODataset

/// D008: class only in validation.
public struct ClassOnlyInValidation: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D008", name: "class only in validation", severity: .warning,
        what: "A class has boxes in val or test, but none in train.",
        why: "It can never be learned, and its AP of 0 pulls the mean down.",
        fix: "move images with the class into train")

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        guard let train = survey.rowsBySplit["train"] else { return [] }
        let others = survey.rowsBySplit.filter { $0.key != "train" }.values
        let only = (0..<survey.dataset.classCount).filter { id in
            train[id] == nil && others.contains { $0[id] != nil }
        }
        guard !only.isEmpty else { return [] }
        let names = only.prefix(10).map { survey.dataset.className($0) }.joined(separator: ", ")
        return [
            finding(
                classesOf: survey.dataset, message: "classes with boxes in validation but none in training: \(names)",
                effect: .kept("cannot be learned, and counts in the mean AP"))
        ]
    }
}
