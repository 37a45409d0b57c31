import Findings
import YOLODataset

/// B013: box wholly outside the image.
public struct BoxWhollyOutside: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B013", name: "box wholly outside the image", severity: .error,
        what: "No part of the box lies in the image.",
        why: "With a coordinate above 1.01 or below 0 the whole image is dropped; otherwise an object "
            + "is taught that no pixel shows.",
        fix: "remove the row, or draw the box where the object is",
        systematic: "boxes lie outside the image",
        triggering: ["0 1.3 0.5 0.2 0.2\n"],
        clean: ["0 0.95 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            guard let box = row.edges, box.width > 0, box.height > 0, box.isWhollyOutside,
                !row.readsLikePixels
            else { return nil }
            return finding(
                file, row, message: "no part of the box lies in the image",
                effect: .kept("an object that no pixel shows"))
        }
    }
}
