import Findings
import Geometry
import TextForms
import YOLODataset

/// B018: corners of an oriented box that are no rectangle.
public struct CornersNoRectangle: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B018", name: "corners are no rectangle", severity: .warning,
        what:
            "The points of an oriented box are not four, or the four are not the corners of a rectangle, measured in pixels: a "
            + "pixel and a fiftieth of its longer side are allowed.",
        why: "Training takes the smallest rectangle around the points, which nobody drew.",
        fix: "draw the box again as a rectangle, or train on outlines (task segment)",
        systematic: "corners are no rectangles", task: .obb,
        triggering: ["0 0.1 0.1 0.5 0.1 0.7 0.5 0.1 0.5\n", "0 0.1 0.1 0.5 0.1 0.5 0.5 0.3 0.6 0.1 0.5\n"],
        clean: ["0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\n", "0 0.5 0.2 0.8 0.5 0.5 0.8 0.2 0.5\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.task.task == .obb, let size = file.imageSize else { return [] }
        return file.labels.rows.compactMap { row in
            guard row.kind == .polygon, row.problem == nil else { return nil }
            let points = row.polygon.points.map {
                $0.multiplied(width: Double(size.width), height: Double(size.height))
            }
            let message: String
            if points.count != 4 {
                message = "\(points.count) points, where four corners are expected"
            } else {
                // In whatever order they stand: that is another rule's.
                let hull = Polygon(points).convexHull
                let side = hull.smallestRectangle.map { max($0.width, $0.height) } ?? 0
                guard side > 0, !hull.isRectangle(tolerance: 1 + side / 50) else { return nil }
                message = "the four points are not the corners of a rectangle"
            }
            return finding(
                file, row, message: message, effect: .altered("trained on as the smallest rectangle around the points"))
        }
    }
}
