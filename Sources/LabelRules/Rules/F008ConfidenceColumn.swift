import Findings
import YOLODataset

/// F008: confidence column.
public struct ConfidenceColumn: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F008", name: "confidence column", severity: .error,
        what: "Rows have a sixth column from 0 to 1: predictions that were saved with their confidence.",
        why: "Ultralytics drops the whole image; other tools read a polygon.",
        fix: "remove the sixth column, and look whether these are predictions that nobody has checked",
        triggering: ["0 0.5 0.5 0.2 0.2 0.9\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n"])

    public init() {}

    static func has(_ row: LabelRow) -> Bool {
        guard case .wrongColumnCount(6) = row.problem, row.values.count == 6, let last = row.values.last else {
            return false
        }
        return (0...1).contains(last)
    }

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.labels.textProblem == nil else { return [] }
        return file.labels.rows.filter(Self.has).map { row in
            finding(
                file.sample.label, line: row.line, column: row.column,
                message: "a sixth column, \(ShortNumber.text(row.values[5])): a confidence?",
                effect: .refusedImage)
        }
    }
}
