import Findings
import YOLODataset

/// B007: nearly the same box twice.
public struct NearDuplicateBox: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B007", name: "nearly the same box twice", severity: .warning,
        what: "Two boxes of one class overlap by an IoU of 0.95 or more without being the same row.",
        why: "Only exact copies are removed by trainers. The second box teaches that one object is "
            + "two, and counts as missed in validation.",
        fix: "delete one of the two",
        triggering: ["0 0.5 0.5 0.2 0.2\n0 0.5 0.501 0.2 0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n", "0 0.5 0.5 0.2 0.2\n1 0.5 0.501 0.2 0.2\n"])

    public init() {}

    static let leastIoU = 0.95

    public func check(_ file: LabelFileFacts) -> [Finding] {
        let rows = file.labels.rows.filter { $0.problem == nil && $0.kind != .other }
        let boxes = rows.enumerated().compactMap { index, row -> (index: Int, box: RowBox)? in
            guard let box = RowBox(row), box.width > 0, box.height > 0 else { return nil }
            return (index, box)
        }.sorted { ($0.box.left, $0.index) < ($1.box.left, $1.index) }
        var found: [Finding] = []
        for (place, first) in boxes.enumerated() {
            // At this IoU, left edges lie within a twentieth of the width of each other.
            for second in boxes[(place + 1)...] {
                guard second.box.left - first.box.left <= 0.06 * first.box.width else { break }
                let (a, b) = (rows[first.index], rows[second.index])
                guard a.classID == b.classID, a.values != b.values, first.box.iou(second.box) >= Self.leastIoU else {
                    continue
                }
                let (earlier, later) = a.line < b.line ? (a, b) : (b, a)
                found.append(
                    finding(
                        file.sample.label, line: later.line, column: later.column,
                        message: "nearly the same box as line \(earlier.line), of the same class",
                        effect: "kept: one object is learned twice"))
            }
        }
        return found
    }
}
