import Findings
import YOLODataset

/// B010: box covers the whole image.
public struct WholeImageBox: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B010", name: "box covers the whole image", severity: .warning,
        what: "A box is as large as the image, to within one part in a hundred.",
        why: "It is often a placeholder or a class label of the whole picture, and teaches that "
            + "everything is that object.",
        fix: "draw the box around the object, or remove the row",
        triggering: ["0 0.5 0.5 1 1\n"],
        clean: ["0 0.5 0.5 1 0.5\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            let least = file.thresholds.wholeImage
            guard let box = row.box, box.width >= least, box.height >= least, box.width <= 1.01, box.height <= 1.01
            else {
                return nil
            }
            return finding(
                file.sample.label, line: row.line, column: row.column, message: "the box covers the whole image",
                effect: .kept("trained on as it stands"))
        }
    }
}
