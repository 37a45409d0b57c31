import Findings
import Geometry
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

    static let sameBoxIoU = RuleThreshold(
        name: "same_box_iou", default: 0.95, range: 0.5...1,
        help: "Two boxes of a class that overlap by this IoU or more are nearly the same.")
    public static let thresholds = [sameBoxIoU]

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        let rows = file.labels.rows
        guard rows.count > 1 else { return [] }
        var boxes: [(box: Edges, index: Int)] = []
        boxes.reserveCapacity(rows.count)
        for index in rows.indices {
            guard let box = rows[index].edges, box.width > 0, box.height > 0 else { continue }
            boxes.append((box, index))
        }
        boxes.sort { ($0.box.left, $0.index) < ($1.box.left, $1.index) }
        var found: [Finding] = []
        let leastIoU = file.thresholds[Self.sameBoxIoU]
        // At such an IoU, left edges lie within this part of the width of each other.
        let apart = 1.2 * (1 - leastIoU)
        for place in boxes.indices {
            let first = boxes[place]
            for next in boxes[(place + 1)...] {
                guard next.box.left - first.box.left <= apart * first.box.width else { break }
                guard first.box.iou(next.box) >= leastIoU else { continue }
                let earlier = min(first.index, next.index)
                let later = max(first.index, next.index)
                guard rows[earlier].classID == rows[later].classID, !rows[earlier].equals(rows[later]) else {
                    continue
                }
                found.append(
                    finding(
                        file.sample.label, line: rows[later].line, column: rows[later].column,
                        message: "nearly the same box as line \(rows[earlier].line), of the same class",
                        effect: .kept("one object is learned twice")))
            }
        }
        return found
    }
}
