/// Old against new.
public struct AnchorComparison: Sendable {
    public enum Verdict: String, Sendable { case new, keep }

    /// Ascending by area, in whole pixels.
    public let anchors: [AnchorSize]
    public let current: [AnchorSize]?
    public let currentMetrics: AnchorMetrics?
    public let newMetrics: AnchorMetrics
    public let boxCount: Int
    public let tooSmall: Int
    /// Boxes that none of the new anchors reaches.
    public let unreached: [AnchorBoxes.Source]
    public let imageSize: Int

    /// New anchors are taken only when they fit better by more than this.
    public static let smallestGain = 1e-4

    public var verdict: Verdict {
        guard let currentMetrics else { return .new }
        return newMetrics.fitness > currentMetrics.fitness + Self.smallestGain
            && newMetrics.bestPossibleRecall >= currentMetrics.bestPossibleRecall - 0.005 ? .new : .keep
    }

    /// The anchors to train with.
    public var chosen: [AnchorSize] { verdict == .new ? anchors : current ?? anchors }

    /// Fits and measures.
    ///
    /// - Parameter current: anchors in pixels at `imageSize`, if there are any.
    public static func make(
        boxes: AnchorBoxes, current: [AnchorSize]?, count: Int, imageSize: Int, seed: UInt64
    ) -> AnchorComparison {
        let anchors = AnchorFit.fit(boxes.sizes, count: count, seed: seed)
        let unreached = zip(boxes.sizes, boxes.sources).compactMap { size, source in
            AnchorMetrics.measure(anchors, on: [size]).bestPossibleRecall == 0 ? source : nil
        }
        return AnchorComparison(
            anchors: anchors, current: current,
            currentMetrics: current.map { AnchorMetrics.measure($0, on: boxes.sizes) },
            newMetrics: AnchorMetrics.measure(anchors, on: boxes.sizes), boxCount: boxes.sizes.count,
            tooSmall: boxes.tooSmall, unreached: unreached, imageSize: imageSize)
    }
}
