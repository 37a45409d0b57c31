import Findings
import YOLODataset

/// D023: boxes among outlines.
public struct BoxesAmongOutlines: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D023", name: "boxes among outlines", severity: .error,
        what: "Some label files of outlines, or of oriented boxes, hold rows of plain boxes.",
        why:
            "Training with the task segment or obb stops: it wants an outline for each box. A detection run takes the box around "
            + "each outline instead.",
        fix: "draw outlines in these files, or train boxes only: assay convert with --to yolo",
        task: .segment)

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        let (task, forms) = (survey.task, survey.rowForms)
        guard [.segment, .obb].contains(task.task), forms.boxFiles > 0,
            survey.samples.indices.contains(forms.firstBoxes)
        else { return [] }
        return [
            finding(
                survey.samples[forms.firstBoxes].label, line: 1, column: 1,
                severity: task.isDeclared ? .error : .warning,
                message: "\(forms.boxFiles) label files hold boxes, while \(forms.outlineFiles) hold "
                    + (task.task == .obb ? "corners" : "outlines"),
                effect: task.isDeclared
                    ? .stops("with the task \(task.task.rawValue), as there are more boxes than outlines")
                    : .kept("by a detection run; one with the task \(task.task.rawValue) stops"))
        ]
    }
}
