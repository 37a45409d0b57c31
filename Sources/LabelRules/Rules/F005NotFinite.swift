import Findings
import YOLODataset

/// F005: number is not finite.
public struct NotFinite: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F005", name: "number is not finite", severity: .error,
        what: "A field of a row is nan or inf.",
        why: "Where a trainer lets it pass, the loss becomes NaN and the weights are lost; Ultralytics "
            + "drops the image.",
        fix: "delete the row, and look for a division by zero in the tool that wrote it",
        triggering: ["0 nan 0.5 0.2 0.2\n", "0 0.5 0.5 inf 0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            guard case .notFinite(let field) = row.problem else { return nil }
            return finding(
                file, row, message: "“\(field)” is not a finite number",
                effect: .refusedImage)
        }
    }
}
