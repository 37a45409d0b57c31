import Findings
import YOLODataset

/// F006: boxes and polygons mixed.
public struct MixedRows: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F006", name: "boxes and polygons mixed", severity: .error,
        what: "One file holds rows of boxes and rows of polygons.",
        why: "Ultralytics takes the file for one of polygons and drops the whole image; older versions "
            + "read the boxes wrong.",
        fix: "write all rows of the file in one form",
        systematic: "boxes and polygons are mixed",
        triggering: ["0 0.5 0.5 0.2 0.2\n0 0.1 0.1 0.9 0.1 0.5 0.9\n"],
        clean: ["0 0.1 0.1 0.9 0.1 0.5 0.9\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        let rows = file.labels.rows
        guard let start = rows.indices.first(where: { rows[$0].problem == nil }),
            let end = rows.indices.first(where: { rows[$0].problem == nil && rows[$0].kind != rows[start].kind })
        else { return [] }
        let (first, other) = (rows[start], rows[end])
        return [
            finding(
                file, other,
                message: "a \(other.kind == .polygon ? "polygon" : "box"), while line \(first.line) is a "
                    + "\(first.kind == .polygon ? "polygon" : "box")",
                effect: .refusedImage)
        ]
    }
}
