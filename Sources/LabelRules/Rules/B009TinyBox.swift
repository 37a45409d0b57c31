import Findings
import TextForms
import YOLODataset

/// B009: smaller than 2 px in training.
public struct TinyBox: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B009", name: "smaller than 2 px in training", severity: .note,
        what: "A box has both sides under 2 px once the image is letterboxed to the training size.",
        why: "Augmentation drops such boxes in training, while validation still counts them as missed.",
        fix: "train at a larger image size, cut images into tiles, or remove the box",
        triggering: ["0 0.5 0.5 0.002 0.002\n"],
        clean: ["0 0.5 0.5 0.002 0.2\n"])

    static let smallestSide = RuleThreshold(
        name: "min_side", default: 2, range: 0...1000, unit: "pixels",
        help: "A box with both sides shorter than this, at the training size, is tiny.")
    public static let thresholds = [smallestSide]

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard let size = file.imageSize else { return [] }
        let scale = Double(file.trainingSize) / Double(max(size.width, size.height, 1))
        let smallestSide = file.thresholds[Self.smallestSide]
        return file.labels.rows.compactMap { row in
            guard let box = row.box, box.width > 0, box.height > 0 else { return nil }
            let width = box.width * Double(size.width) * scale
            let height = box.height * Double(size.height) * scale
            guard max(width, height) < smallestSide else { return nil }
            return finding(
                file, row,
                message: "\(Figure.short(width, decimals: 2)) × "
                    + "\(Figure.short(height, decimals: 2)) px at \(file.trainingSize) px",
                effect: .altered("dropped by augmentation in training, kept in validation"))
        }
    }
}
