import Findings
import TextForms
import YOLODataset

/// B003: box reaches outside the image.
public struct BoxOutside: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B003", name: "box reaches outside the image", severity: .warning,
        what: "A corner of the box lies outside the image (after EXIF orientation). A spill of up to one "
            + "pixel is what rounding makes, and is a note.",
        why: "Trainers test centre and size only, never corners: a box that hangs over the edge is "
            + "trained on as it stands, with an edge that no pixel shows. A coordinate above 1.01 or "
            + "below 0 drops the whole image.",
        fix: "cut the box at the edge of the image",
        systematic: "boxes reach outside the image",
        triggering: ["0 0.95 0.5 0.2 0.2\n", "0 0.5 1.05 0.2 0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n", "0 0.9 0.9 0.2 0.2\n"])

    static let roundingSpill = RuleThreshold(
        name: "rounding_spill", default: 1, range: 0...1000, unit: "pixels",
        help: "A box that reaches this far beyond the edge or less is a note.")
    public static let thresholds = [roundingSpill]

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        // A file of corners is one finding of its own.
        guard file.labels.cornerBoxes == nil else { return [] }
        let roundingSpill = file.thresholds[Self.roundingSpill]
        return file.labels.rows.compactMap { row in
            guard let box = row.edges, box.width > 0, box.height > 0, !row.readsLikePixels, !box.isWhollyOutside
            else { return nil }
            let size = file.imageSize ?? (1000, 1000)
            let spills = [
                ("left", -box.left * Double(size.width)), ("top", -box.top * Double(size.height)),
                ("right", (box.right - 1) * Double(size.width)), ("bottom", (box.bottom - 1) * Double(size.height)),
            ]
            // Decimal fractions do not add up exactly: a thousandth of a pixel, or the sixth decimal, is no spill.
            let rounding = max(1e-3, 1.5e-6 * Double(max(size.width, size.height)))
            guard let worst = spills.max(by: { $0.1 < $1.1 }), worst.1 > rounding else { return nil }
            let amount = file.imageSize == nil ? "" : " by \(Figure.short(worst.1, decimals: 1)) px"
            return finding(
                file, row,
                severity: worst.1 <= roundingSpill ? .note : .warning,
                message: "the box reaches beyond the \(worst.0) edge\(amount)",
                effect: .kept("trained on as it stands, with a side that no pixel shows"))
        }
    }
}
