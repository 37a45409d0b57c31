import Findings
import TextForms
import YOLODataset

/// B017: visibility flag that is none, or says otherwise than its place.
public struct VisibilityFlag: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B017", name: "visibility flag", severity: .warning,
        what:
            "A key point's third number is none of 0 (not labelled), 1 (hidden) and 2 (visible), or a point at 0 0, where those "
            + "that are not labelled are, is marked as labelled.",
        why:
            "Training takes every number but 0 for a labelled point, and learns that it lies in the corner of the image. A "
            + "negative one drops the whole image.",
        fix: "write 0, 1 or 2 as the third number of each key point", systematic: "visibility flags are none",
        task: .pose,
        triggering: ["0 0.5 0.5 0.2 0.2 0.5 0.5 0.9 0.5 0.5 2\n", "0 0.5 0.5 0.2 0.2 0 0 2 0.5 0.5 2\n"],
        clean: ["0 0.5 0.5 0.2 0.2 0 0 0 0.5 0.5 1\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.keypointShape?.last == 3 else { return [] }
        return file.labels.rows.compactMap { row in
            guard row.problem == nil else { return nil }
            for (index, point) in row.keypoints(file.keypointShape).enumerated() {
                if ![0, 1, 2].contains(point.visibility) {
                    return finding(
                        file, row,
                        message:
                            "key point \(index + 1) has visibility \(Figure.short(point.visibility)), which is none of 0, 1 and 2",
                        effect: .readWrong("as a point that is labelled"))
                }
                if point.visibility > 0, point.x == 0, point.y == 0 {
                    return finding(
                        file, row,
                        message: "key point \(index + 1) is marked as labelled and lies at 0 0, as those that are not",
                        effect: .readWrong("as a point in the corner of the image"))
                }
            }
            return nil
        }
    }
}
