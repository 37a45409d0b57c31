import Findings

/// Writes anchors where trainers and people read them.
public enum AnchorWriter {
    /// The `anchors:` block of a YOLOv5 model YAML: a row a level, small to large.
    ///
    /// A number of anchors that three levels do not share evenly gets two levels (strides 16 and 32) or one.
    public static func yoloV5YAML(_ anchors: [AnchorSize]) -> String {
        let levels = [3, 2, 4, 1].first { anchors.count % $0 == 0 } ?? 1
        let perLevel = anchors.count / levels
        let firstLevel = levels >= 3 ? 3 : 6 - levels
        let rows = (0..<levels).map { level in
            let pairs = anchors[level * perLevel..<(level + 1) * perLevel]
                .map { "\(JSONText.number($0.width)),\(JSONText.number($0.height))" }
            return "  - [\(pairs.joined(separator: ", "))]  # P\(firstLevel + level)/\(1 << (firstLevel + level))\n"
        }
        return "anchors:\n" + rows.joined()
    }

    /// The stable JSON form: anchors, metrics and verdict.
    public static func json(_ comparison: AnchorComparison) -> String {
        let current = comparison.currentMetrics.map(metrics) ?? "null"
        return """
            {
              "anchors": \(pairs(comparison.anchors)),
              "current": \(comparison.current.map(pairs) ?? "null"),
              "metrics": {
                "current": \(current),
                "new": \(metrics(comparison.newMetrics))
              },
              "verdict": "\(comparison.verdict.rawValue)",
              "image_size": \(comparison.imageSize),
              "boxes": \(comparison.boxCount),
              "boxes_left_out": \(comparison.tooSmall),
              "boxes_unreached": \(comparison.unreached.count)
            }

            """
    }

    private static func pairs(_ anchors: [AnchorSize]) -> String {
        "[" + anchors.map { "[\(JSONText.number($0.width)), \(JSONText.number($0.height))]" }.joined(separator: ", ")
            + "]"
    }

    private static func metrics(_ metrics: AnchorMetrics) -> String {
        "{\"fitness\": \(JSONText.number(metrics.fitness)), \"bpr\": \(JSONText.number(metrics.bestPossibleRecall)), "
            + "\"aat\": \(JSONText.number(metrics.anchorsAboveThreshold)), \"mean_iou\": \(JSONText.number(metrics.meanIoU))}"
    }

    /// What a person reads.
    public static func text(_ comparison: AnchorComparison) -> String {
        func figure(_ value: Double) -> String { String((value * 10_000).rounded() / 10_000).padding(8) }
        func row(_ name: String, _ m: AnchorMetrics) -> String {
            name.padding(10) + figure(m.fitness) + figure(m.bestPossibleRecall) + figure(m.anchorsAboveThreshold)
                + figure(m.meanIoU)
        }
        var lines = ["\(comparison.boxCount) boxes at \(comparison.imageSize) px"]
        if comparison.tooSmall > 0 { lines[0] += ", \(comparison.tooSmall) under 2 px left out" }
        lines.append("          fitness bpr     aat     mean IoU")
        if let current = comparison.currentMetrics { lines.append(row("current", current)) }
        lines.append(row("new", comparison.newMetrics))
        switch comparison.verdict {
        case .new where comparison.current == nil: lines.append("there are no anchors yet; these fit best:")
        case .new: lines.append("take the new anchors:")
        case .keep: lines.append("keep your anchors: new ones would not fit better. The best found:")
        }
        for source in comparison.unreached.prefix(10) {
            lines.append("# no anchor reaches the box at \(source.label):\(source.line)")
        }
        if comparison.unreached.count > 10 { lines.append("# … and \(comparison.unreached.count - 10) more") }
        return lines.joined(separator: "\n") + "\n" + yoloV5YAML(comparison.anchors)
    }
}

extension String {
    /// Filled up with blanks on the right.
    fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
