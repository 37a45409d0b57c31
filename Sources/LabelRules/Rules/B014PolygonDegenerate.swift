import Findings
import Geometry
import YOLODataset

/// B014: polygon degenerate or self-crossing.
public struct PolygonDegenerate: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B014", name: "polygon degenerate or self-crossing", severity: .warning,
        what: "A polygon has fewer than three different points or no area, or two of its sides cross.",
        why: "Detection trains on the polygon's box, which is then an object without area or with a "
            + "shape that nobody drew; segmentation on a mask with holes, or on none.",
        fix: "draw the polygon again",
        triggering: [
            "0 0.1 0.1 0.9 0.9 0.9 0.1 0.1 0.9\n", "0 0.1 0.1 0.5 0.5 0.9 0.9\n", "0 0.1 0.1 0.5 0.5 0.1 0.1\n",
        ],
        clean: ["0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\n"])

    public init() {}

    /// Sides are compared pair by pair: polygons with more are only measured.
    private static let mostPoints = 400

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            // Four corners are another rule's.
            guard row.kind == .polygon, row.problem == nil, file.task.task != .obb || row.fields != 9 else {
                return nil
            }
            let polygon = row.polygon
            let message: String
            if polygon.points.count <= Self.mostPoints, polygon.crossesItself {
                message = "two sides of the polygon cross"
            } else if Set(polygon.points).count < 3 {
                message = "the polygon has \(Set(polygon.points).count) different points"
            } else if abs(polygon.signedArea) < 1e-9 {
                message = "the polygon has no area"
            } else {
                return nil
            }
            return finding(
                file, row, message: message,
                effect: file.task.task == .segment
                    ? .kept("trained on as it stands") : .kept("trained on as the box around it"))
        }
    }
}
