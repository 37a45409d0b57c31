import Findings
import YOLODataset

/// F011: blank row between rows.
public struct BlankRows: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F011", name: "blank row between rows", severity: .warning,
        what: "Between two rows stands one of blanks alone.",
        why:
            "Newer Ultralytics passes over it; older versions and YOLOv5 drop the whole image, and YOLOv7 does so even "
            + "for an empty row.",
        fix: "delete the blank row",
        systematic: "blank rows stand between rows",
        triggering: ["0 0.5 0.5 0.2 0.2\n \n0 0.3 0.3 0.1 0.1\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n\n0 0.3 0.3 0.1 0.1\n", "0 0.5 0.5 0.2 0.2\n \n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        let layout = file.labels.layout
        guard let line = layout.blankRow ?? (file.trainer == .yolov7 ? layout.emptyRow : nil) else { return [] }
        return [
            finding(
                file.sample.label, line: line, column: 1, message: "a blank row between rows",
                effect: .kept("passed over"))
        ]
    }
}
