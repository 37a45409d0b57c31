import Findings
import Geometry
import YOLODataset

/// B019: corners of an oriented box in the wrong order.
public struct CornersOutOfOrder: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B019", name: "corners out of order", severity: .warning,
        what:
            "The four corners of an oriented box do not follow each other along its sides, or they go round against the clock.",
        why:
            "Ultralytics takes the smallest rectangle around them, whatever their order; tools that draw the line through them, "
            + "or take the first side for the front, show something else.",
        fix: "write the corners clockwise, from the upper left one on",
        systematic: "corners are out of order", task: .obb,
        triggering: ["0 0.1 0.1 0.5 0.5 0.5 0.1 0.1 0.5\n", "0 0.1 0.1 0.1 0.5 0.5 0.5 0.5 0.1\n"],
        clean: ["0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.task.task == .obb else { return [] }
        return file.labels.rows.compactMap { row in
            guard row.kind == .polygon, row.problem == nil, row.fields == 9 else { return nil }
            let corners = row.polygon
            let effect = TrainerEffect.kept("trained on as the smallest rectangle around the corners")
            if corners.crossesItself {
                return finding(file, row, message: "the line through the four corners crosses itself", effect: effect)
            }
            guard corners.signedArea < 0 else { return nil }
            return finding(
                file, row, severity: .note, message: "the four corners go round against the clock", effect: effect)
        }
    }
}
