import Findings
import TextForms
import YOLODataset

/// B002: class id negative or not a whole number.
public struct ClassNotWhole: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B002", name: "class id negative or not a whole number", severity: .error,
        what: "The first column of a row is negative or has a fraction.",
        why: "The row cannot belong to any class, so Ultralytics drops the whole image; older versions "
            + "cut the fraction off and train on the wrong class.",
        fix: "write the class id as a whole number from 0",
        triggering: ["-1 0.5 0.5 0.2 0.2\n", "1.5 0.5 0.5 0.2 0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n", "1.0 0.5 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            guard row.problem == nil, let value = row.values.first, value < 0 || value != value.rounded() else {
                return nil
            }
            return finding(
                file, row,
                message: "class id \(Figure.short(value)) is \(value < 0 ? "negative" : "not a whole number")",
                effect: .refusedImage)
        }
    }
}
