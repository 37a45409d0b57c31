import Findings
import YOLODataset

/// B015: class ids counted from 1.
public struct ClassesShifted: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B015", name: "class ids counted from 1", severity: .error,
        what: "Over the whole dataset no row has class 0, and the highest class id is nc: ids were "
            + "counted from 1.",
        why: "Every label is learned as the class after its own, and the images with the last class "
            + "are dropped.",
        fix: "subtract 1 from every class id")

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        let counts = survey.rowsByClass
        let ids = counts.keys.filter { $0 >= 0 }
        guard let low = ids.min(), let high = ids.max(), low == 1, high == survey.dataset.classCount, ids.count > 1
        else {
            return []
        }
        return [
            finding(
                classesOf: survey.dataset,
                message: "class ids run from 1 to \(high) in \(counts.values.reduce(0, +)) rows, those of the dataset "
                    + "from 0 to \(survey.dataset.classCount - 1)",
                effect: .readWrong("every label becomes the class after its own"))
        ]
    }
}
