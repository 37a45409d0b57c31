import Findings
import YOLODataset

/// F001: empty label file.
public struct EmptyFile: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F001", name: "empty label file", severity: .note,
        what: "A label file holds nothing, or blanks only.",
        why: "The image is trained on as background: right for a negative example, harmful where "
            + "objects were forgotten. Blanks only is more suspicious, since no tool writes that for a "
            + "background image.",
        fix: "label the objects, or keep the file if there are none",
        triggering: ["", "  \n\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.labels.isEmpty || file.labels.isBlank else { return [] }
        return [
            finding(
                file.sample.label, severity: file.labels.isEmpty ? .note : .warning,
                message: file.labels.isEmpty ? "the label file is empty" : "the label file holds blanks only",
                effect: .kept("trained on as background"))
        ]
    }
}
