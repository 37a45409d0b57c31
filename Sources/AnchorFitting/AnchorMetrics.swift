import Foundation

/// Width and height in pixels of the letterboxed image.
public struct AnchorSize: Hashable, Sendable {
    public var width: Double
    public var height: Double

    public init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    public var area: Double { width * height }
}

/// How well anchors fit boxes. A box's ratio to an anchor is the smaller of both sides' min(r, 1/r).
public struct AnchorMetrics: Hashable, Sendable {
    /// Mean of a box's best ratio where that is above 1/t, else 0.
    public var fitness: Double
    /// Best possible recall: the share of boxes whose best ratio is above 1/t.
    public var bestPossibleRecall: Double
    /// Mean number of anchors above 1/t a box.
    public var anchorsAboveThreshold: Double
    /// Mean of the best IoU of a box and an anchor on one centre.
    public var meanIoU: Double

    /// YOLOv5's `anchor_t`.
    public static let threshold = 4.0

    /// Measures anchors on boxes. Cost: boxes × anchors.
    public static func measure(_ anchors: [AnchorSize], on boxes: [AnchorSize]) -> AnchorMetrics {
        guard !boxes.isEmpty, !anchors.isEmpty else {
            return AnchorMetrics(fitness: 0, bestPossibleRecall: 0, anchorsAboveThreshold: 0, meanIoU: 0)
        }
        var fitness = 0.0
        var reached = 0
        var above = 0
        var iou = 0.0
        for box in boxes {
            var best = 0.0
            var bestIoU = 0.0
            for anchor in anchors {
                let across = box.width / anchor.width
                let down = box.height / anchor.height
                let ratio = min(min(across, 1 / across), min(down, 1 / down))
                if ratio > 1 / threshold { above += 1 }
                best = max(best, ratio)
                let overlap = min(box.width, anchor.width) * min(box.height, anchor.height)
                bestIoU = max(bestIoU, overlap / (box.area + anchor.area - overlap))
            }
            if best > 1 / threshold {
                fitness += best
                reached += 1
            }
            iou += bestIoU
        }
        let count = Double(boxes.count)
        return AnchorMetrics(
            fitness: fitness / count, bestPossibleRecall: Double(reached) / count,
            anchorsAboveThreshold: Double(above) / count, meanIoU: iou / count)
    }
}
