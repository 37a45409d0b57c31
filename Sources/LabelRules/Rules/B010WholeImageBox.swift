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
        systematic: "boxes cover the whole image",
        triggering: ["0 0.5 0.5 1 1\n"],
        clean: ["0 0.5 0.5 1 0.5\n"])

    static let wholeImage = RuleThreshold(
        name: "whole_image", default: 0.99, range: 0.5...1,
        help: "A box with both sides of this fraction of the image or more covers it.")
    public static let thresholds = [wholeImage]

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        let least = file.thresholds[Self.wholeImage]
        return file.labels.rows.compactMap { row in
            guard let box = row.box, box.width >= least, box.height >= least, box.width <= 1.01, box.height <= 1.01
            else {
                return nil
            }
            return finding(
                file, row, message: "the box covers the whole image",
                effect: .kept("trained on as it stands"))
        }
    }
}
