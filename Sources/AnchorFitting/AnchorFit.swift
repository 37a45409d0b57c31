import CVectorKernels
import Foundation
import YOLOModel

/// Finds the anchors of the highest fitness.
public enum AnchorFit {
    /// What is searched, and how.
    public struct Options: Hashable, Sendable {
        /// How anchors are found.
        public enum Method: String, Sendable, CaseIterable {
            /// The highest fitness.
            case best
            /// Lloyd's k-means on sides over their standard deviation, as YOLOv5 begins.
            case kMeans = "kmeans"
            /// k-means with 1 − IoU for a distance, as darknet's.
            case kMeansIoU = "kmeans-iou"
        }

        /// How many anchors.
        public var count: Int
        /// Of every random choice.
        public var seed: UInt64
        /// How they are found.
        public var method = Method.best
        /// Sides are multiples of this, in pixels: 0.01 loses nothing that matters; 1 gives whole pixels.
        public var step = 0.01
        /// The best possible recall that the anchors must have; nil for whatever the highest fitness has.
        public var leastRecall: Double?
        /// Fewer starts and swaps: for curves, not for anchors to train with.
        var isQuick = false

        /// The method of the highest fitness, with a hundredth of a pixel for a step.
        public init(count: Int, seed: UInt64) {
            self.count = count
            self.seed = seed
        }
    }

    /// The best anchors found for boxes that all count the same.
    public static func fit(_ boxes: [AnchorSize], count: Int, seed: UInt64, step: Double = 0.01) -> [AnchorSize] {
        var options = Options(count: count, seed: seed)
        options.step = step
        return fit(BoxSizes(boxes), options)
    }

    /// The best anchors found: ascending by area, exactly as many as asked for. The same for the same boxes and seed,
    /// in whatever order the boxes come.
    ///
    /// Where no set that was found has the least recall, the set with the highest recall comes back.
    public static func fit(_ boxes: BoxSizes, _ options: Options) -> [AnchorSize] {
        let count = options.count
        guard !boxes.isEmpty, count > 0 else { return [] }
        let coarse = SearchPoints.make(boxes, forAnchors: count, cell: SearchPoints.coarseCell)
        guard coarse.count > 0 else { return [] }
        if coarse.count <= count {
            // Every size gets an anchor of its own; what is left over repeats the most frequent ones.
            let byFrequency = coarse.weight.indices.sorted { (coarse.weight[$1], $0) < (coarse.weight[$0], $1) }
            let sizes = coarse.exactSizes.isEmpty ? (0..<coarse.count).map(coarse.size) : coarse.exactSizes
            // Labels are rounded to six decimals: 15.99996 px was drawn with a side of 16.
            let anchors = PixelGrid.rounded(byFrequency.map { sizes[$0] }, step: options.step)
            return (0..<count).map { anchors[$0 % anchors.count] }.sorted(by: AnchorSize.ascending)
        }
        if options.method != .best {
            let found = KMeans.anchors(coarse, count: count, distance: options.method == .kMeans ? .euclidean : .iou)
            return PixelGrid.rounded(found, step: options.step).sorted(by: AnchorSize.ascending)
        }
        // Cells finer than the search's for its last steps.
        let isGathered = boxes.sizes.count * boxes.variation.factors.count > SearchPoints.mostPoints
        let fine =
            isGathered ? SearchPoints.make(boxes, forAnchors: count, cell: SearchPoints.fineCell) : coarse
        func search(bonus: Float) -> [AnchorSize] {
            var search = AnchorSearch(coarse, count: count, seed: options.seed, bonus: bonus)
            let found = search.run(options.isQuick ? .quick : coarse.count <= 5_000 ? .few : .many)
            // What is best in coarse cells is not always so in fine ones, nor before the steps on the grid.
            let promising =
                isGathered
                ? [AnchorSearch(fine, count: count, seed: options.seed, bonus: bonus).best(of: found)]
                : Array(found.prefix(3))
            let polished = promising.map {
                PixelGrid.search(from: $0, points: fine, step: options.step, bonus: bonus)
            }
            return polished.max { $0.total < $1.total }?.anchors ?? []
        }
        let free = search(bonus: 0)
        guard let leastRecall = options.leastRecall else { return free.sorted(by: AnchorSize.ascending) }
        return constrained(free, boxes, leastRecall, search).sorted(by: AnchorSize.ascending)
    }

    /// A reward for every box that is reached, as small as will do: recall rises with it and fitness falls.
    private static func constrained(
        _ free: [AnchorSize], _ boxes: BoxSizes, _ leastRecall: Double, _ search: (Float) -> [AnchorSize]
    ) -> [AnchorSize] {
        func recall(_ anchors: [AnchorSize]) -> Double {
            AnchorMetrics.measure(anchors, on: boxes).bestPossibleRecall
        }
        var best = (anchors: free, recall: recall(free))
        guard best.recall < leastRecall else { return free }
        var tooLittle: Float = 0
        var enough: Float?
        for bonus: Float in [0.25, 1, 4, 16, 64, 256, 1_024] {
            let found = search(bonus)
            let reached = recall(found)
            if reached > best.recall { best = (found, reached) }
            if reached >= leastRecall {
                enough = bonus
                break
            }
            tooLittle = bonus
        }
        guard var high = enough else { return best.anchors }
        var chosen = (anchors: best.anchors, fitness: AnchorMetrics.measure(best.anchors, on: boxes).fitness)
        for _ in 0..<5 {
            let middle = (tooLittle + high) / 2
            let found = search(middle)
            let metrics = AnchorMetrics.measure(found, on: boxes)
            if metrics.bestPossibleRecall >= leastRecall {
                if metrics.fitness > chosen.fitness { chosen = (found, metrics.fitness) }
                high = middle
            } else {
                tooLittle = middle
            }
        }
        return chosen.anchors
    }
}
