import Findings
import YOLODataset

/// F003: row does not parse.
public struct NotANumber: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F003", name: "row does not parse", severity: .error,
        what: "A field of a row is not a number.",
        why: "One row that does not parse drops the whole image.",
        fix: "write the row as: class cx cy w h, with a decimal point",
        triggering: ["0 0.5 0.5 0.2 x\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n", "0 5e-1 .5 0.2 +0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.labels.textProblem == nil else { return [] }
        return file.labels.rows.compactMap { row in
            guard case .notANumber(let field) = row.problem, !WrongSeparator.isSeparator(field) else { return nil }
            return finding(
                file.sample.label, line: row.line, column: row.column, message: "“\(field)” is not a number",
                effect: TrainerEffect.dropsImage)
        }
    }
}
