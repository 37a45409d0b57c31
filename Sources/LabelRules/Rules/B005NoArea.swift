import Findings
import TextForms
import YOLODataset

/// B005: width or height is not positive.
public struct NoArea: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B005", name: "width or height is not positive", severity: .error,
        what: "The box has a width or height of zero or less.",
        why: "Ultralytics and YOLOv5 keep a box of zero width in silence: its CIoU pulls predictions "
            + "toward nothing. A negative size drops the whole image.",
        fix: "draw the box again, or delete the row",
        systematic: "boxes have no area",
        triggering: ["0 0.5 0.5 0 0.2\n", "0 0.5 0.5 0.2 -0.1\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            guard let box = row.box, box.width <= 0 || box.height <= 0 else { return nil }
            let isNegative = box.width < 0 || box.height < 0
            return finding(
                file, row,
                message:
                    "the box has no area: width \(Figure.short(box.width)), height \(Figure.short(box.height))",
                effect: isNegative ? .refusedImage : .kept("trained on in silence, a box around nothing"))
        }
    }
}
