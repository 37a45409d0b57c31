import Findings
import YOLODataset

/// D007: class without a box.
public struct ClassWithoutBox: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D007", name: "class without a box", severity: .warning,
        what: "A class of data.yaml stands in no label row.",
        why: "The model gets an output that nothing ever teaches; often labels were lost, or ids are "
            + "shifted.",
        fix: "remove the class, or find its labels")

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        guard !survey.rowsByClass.isEmpty else { return [] }
        let missing = (0..<survey.dataset.classCount).filter { survey.rowsByClass[$0] == nil }
        guard !missing.isEmpty else { return [] }
        let names = missing.prefix(10).map { survey.dataset.className($0) }.joined(separator: ", ")
        return [
            finding(
                classesOf: survey.dataset,
                message: "\(missing.count) of \(survey.dataset.classCount) classes have no box: \(names)"
                    + (missing.count > 10 ? ", …" : ""),
                effect: .kept("outputs that nothing teaches"))
        ]
    }
}
