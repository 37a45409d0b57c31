import Findings
import TextForms
import YOLODataset

/// F008: confidence or track column.
public struct ConfidenceColumn: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F008", name: "confidence or track column", severity: .error,
        what:
            "Rows have a sixth column: from 0 to 1 predictions that were saved with their confidence, a larger whole number "
            + "objects that were tracked.",
        why: "Ultralytics drops the whole image; other tools read a polygon.",
        fix: "remove the sixth column, and look whether these are predictions that nobody has checked",
        systematic: "rows have a sixth column",
        triggering: ["0 0.5 0.5 0.2 0.2 0.9\n", "0 0.5 0.5 0.2 0.2 17\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.labels.textProblem == nil else { return [] }
        return file.labels.rows.filter(\.hasSixthColumn).map { row in
            finding(
                file, row,
                message:
                    "a sixth column, \(Figure.short(row.values[5])): a \(row.values[5] > 1 ? "track" : "confidence")?",
                effect: .refusedImage)
        }
    }
}
