import Findings
import YOLODataset

/// F007: decimal comma or other separator.
public struct WrongSeparator: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F007", name: "decimal comma or other separator", severity: .error,
        what: "A number holds a comma or semicolon: a decimal comma, or fields that are not separated "
            + "by blanks.",
        why: "Ultralytics drops the whole image.",
        fix: "write decimal points, and blanks between the fields",
        systematic: "numbers hold commas or other separators",
        triggering: ["0 0,5 0,5 0,2 0,2\n", "0;0.5;0.5;0.2;0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n", "0 x 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.labels.textProblem == nil else { return [] }
        return file.labels.rows.compactMap { row in
            guard let field = row.wronglySeparatedField else { return nil }
            return finding(
                file, row, message: "“\(field.prefix(40))” holds a comma or another separator", effect: .refusedImage)
        }
    }
}
