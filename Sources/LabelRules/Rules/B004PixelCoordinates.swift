import Findings
import TextForms
import YOLODataset

/// B004: coordinates are pixels.
public struct PixelCoordinates: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B004", name: "coordinates are pixels", severity: .error,
        what: "A row holds numbers far beyond 1: pixels, where fractions of the image are expected.",
        why: "Ultralytics drops the whole image. Nothing in such a file is trained on.",
        fix: "divide x and width by the image's width, y and height by its height",
        systematic: "coordinates are pixels, not fractions",
        triggering: ["0 320 240 64 48\n"],
        clean: ["0 0.5 1.2 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            guard row.problem == nil, row.readsLikePixels else { return nil }
            return finding(
                file, row, message: "the coordinate \(Figure.short(row.largestPlace)) is no fraction: pixels?",
                effect: .refusedImage)
        }
    }
}
