import Findings
import YOLODataset

/// F003: row does not parse.
public struct NotANumber: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F003", name: "row does not parse", severity: .error,
        what: "A field of a row is not a number, or holds an underscore, which Python reads over.",
        why: "One row that does not parse drops the whole image.",
        fix: "write the row as: class cx cy w h, with a decimal point",
        systematic: "rows do not parse",
        triggering: ["0 0.5 0.5 0.2 x\n", "0 0.5 0.5 0.2 0_.2\n", "1_0 0.5 0.5 0.2 0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n", "0 5e-1 .5 0.2 +0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.labels.textProblem == nil else { return [] }
        return file.labels.rows.compactMap { row in
            if row.hasUnderscore, row.problem == nil {
                return finding(
                    file, row, severity: .warning,
                    message: "an underscore in a number is read over: 1_0 is 10",
                    effect: .readWrong("as another number than it may be meant"))
            }
            guard case .notANumber(let field) = row.problem, row.wronglySeparatedField == nil else { return nil }
            return finding(
                file, row, message: "“\(field)” is not a number",
                effect: .refusedImage)
        }
    }
}
