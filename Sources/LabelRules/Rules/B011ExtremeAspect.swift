import Findings
import TextForms
import YOLODataset

/// B011: extreme aspect ratio.
public struct ExtremeAspect: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B011", name: "extreme aspect ratio", severity: .warning,
        what: "One side of a box is more than 100 times the other, in pixels.",
        why: "Augmentation drops such boxes in training, while validation still counts them as missed; "
            + "a line instead of a box is often a slip of the mouse.",
        fix: "correct the box, or remove the row",
        triggering: ["0 0.5 0.5 0.9 0.005\n"],
        clean: ["0 0.5 0.5 0.9 0.01\n"])

    static let largestAspect = RuleThreshold(
        name: "max_aspect", default: 100, range: 1...1_000_000,
        help: "A box with one side more than this many times the other is extreme.")
    public static let thresholds = [largestAspect]

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        let largestAspect = file.thresholds[Self.largestAspect]
        return file.labels.rows.compactMap { row in
            guard let box = row.box, box.width > 0, box.height > 0 else { return nil }
            let size = file.imageSize ?? (1, 1)
            let ratio = box.width * Double(size.width) / (box.height * Double(size.height))
            guard max(ratio, 1 / ratio) > largestAspect else { return nil }
            return finding(
                file, row, message: "one side is \(Figure.short(max(ratio, 1 / ratio).rounded())) times the other",
                effect: .altered("dropped by augmentation in training, kept in validation"))
        }
    }
}
