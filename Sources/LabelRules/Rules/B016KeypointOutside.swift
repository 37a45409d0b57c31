import Findings
import TextForms
import YOLODataset

/// B016: key point outside of its box or image.
public struct KeypointOutside: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B016", name: "key point outside", severity: .warning,
        what:
            "A key point that is labelled lies outside of the image, or further from its box than a tenth of the box's side.",
        why:
            "The loss of a key point is measured by the size of the box: one far outside of it pulls hard, and is mostly "
            + "another object's. Beyond 1.01 of the image Ultralytics drops the whole image.",
        fix: "put the point where it belongs, give it visibility 0, or draw the box around it", task: .pose,
        triggering: ["0 0.5 0.5 0.2 0.2 0.9 0.5 2 0.5 0.5 2\n", "0 0.95 0.5 0.1 0.2 1.005 0.5 2 0.95 0.5 2\n"],
        clean: ["0 0.5 0.5 0.2 0.2 0.41 0.5 2 0 0 0\n", "0 0.5 0.5 0.2 0.2 0.9 0.5 0 0.5 0.5 2\n"])

    public init() {}

    /// Boxes are drawn tightly, and the points of hands and ears lie a little outside.
    private static let margin = 0.1

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            guard let box = row.box, box.width > 0, box.height > 0 else { return nil }
            let points = row.keypoints(file.keypointShape).enumerated().filter { $0.element.isLabelled }
            if let (index, point) = points.first(where: {
                !(0...1).contains($0.element.x) || !(0...1).contains($0.element.y)
            }) {
                return finding(
                    file, row,
                    message:
                        "key point \(index + 1) at \(Figure.short(point.x)) \(Figure.short(point.y)) lies outside of "
                        + "the image",
                    effect: .kept("trained on as it stands, up to 0.01 outside"))
            }
            let far = points.map { index, point in
                // In sides of the box beyond its edge.
                (index, max(abs(point.x - box.cx) / box.width, abs(point.y - box.cy) / box.height) - 0.5)
            }.filter { $0.1 > Self.margin }
            guard let furthest = far.max(by: { $0.1 < $1.1 }) else { return nil }
            return finding(
                file, row,
                message: "\(far.count) of \(points.count) key points outside of the box, point \(furthest.0 + 1) by "
                    + "\(Figure.short(furthest.1, decimals: 2)) of its side",
                effect: .kept("trained on as it stands"))
        }
    }
}
