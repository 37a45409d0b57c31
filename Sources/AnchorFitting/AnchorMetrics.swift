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

    static let nothing = AnchorMetrics(fitness: 0, bestPossibleRecall: 0, anchorsAboveThreshold: 0, meanIoU: 0)

    /// Measures anchors on boxes that all count the same.
    public static func measure(_ anchors: [AnchorSize], on boxes: [AnchorSize]) -> AnchorMetrics {
        measure(anchors, on: BoxSizes(boxes))
    }

    /// Measures anchors on boxes. Cost: boxes × anchors × factors of the variation.
    public static func measure(_ anchors: [AnchorSize], on boxes: BoxSizes) -> AnchorMetrics {
        guard !boxes.isEmpty, !anchors.isEmpty else { return .nothing }
        let factors = boxes.variation.factors
        let parts = factors.map { factor in
            // A box times f against an anchor is the box against the anchor over f.
            measureOnce(anchors.map { $0.scaled(by: 1 / factor) }, boxes.sizes, boxes.weights)
        }
        func mean(_ figure: KeyPath<AnchorMetrics, Double>) -> Double {
            parts.reduce(0) { $0 + $1[keyPath: figure] } / Double(factors.count)
        }
        return AnchorMetrics(
            fitness: mean(\.fitness), bestPossibleRecall: mean(\.bestPossibleRecall),
            anchorsAboveThreshold: mean(\.anchorsAboveThreshold), meanIoU: mean(\.meanIoU))
    }

    private static func measureOnce(_ anchors: [AnchorSize], _ boxes: [AnchorSize], _ weights: [Double]?)
        -> AnchorMetrics
    {
        var sum = AnchorMetrics.nothing
        var total = 0.0
        let areas = anchors.map(\.area)
        for (index, box) in boxes.enumerated() {
            let weight = weights?[index] ?? 1
            var best = 0.0
            var bestIoU = 0.0
            var above = 0.0
            for (anchor, area) in zip(anchors, areas) {
                let ratio = box.ratio(to: anchor)
                if ratio > 1 / threshold { above += 1 }
                best = max(best, ratio)
                let overlap = min(box.width, anchor.width) * min(box.height, anchor.height)
                bestIoU = max(bestIoU, overlap / (box.area + area - overlap))
            }
            if best > 1 / threshold {
                sum.fitness += weight * best
                sum.bestPossibleRecall += weight
            }
            sum.anchorsAboveThreshold += weight * above
            sum.meanIoU += weight * bestIoU
            total += weight
        }
        guard total > 0 else { return .nothing }
        return AnchorMetrics(
            fitness: sum.fitness / total, bestPossibleRecall: sum.bestPossibleRecall / total,
            anchorsAboveThreshold: sum.anchorsAboveThreshold / total, meanIoU: sum.meanIoU / total)
    }
}
