import AnchorFitting
import Foundation
import TestSupport
import Testing
import YOLODataset
import YOLOModel

@Suite struct AnchorFitTests {
    @Test func metricsOfAKnownCase() {
        let metrics = AnchorMetrics.measure(
            [AnchorSize(width: 10, height: 10), AnchorSize(width: 100, height: 100)],
            on: [AnchorSize(width: 20, height: 10), AnchorSize(width: 1000, height: 1000)])
        #expect(metrics.fitness == 0.25)
        #expect(metrics.bestPossibleRecall == 0.5)
        #expect(metrics.anchorsAboveThreshold == 0.5)
        #expect(abs(metrics.meanIoU - (0.5 + 0.01) / 2) < 1e-12)
    }

    @Test func fewSizesAreFittedExactly() {
        let sizes = [
            AnchorSize(width: 10, height: 20), AnchorSize(width: 33.5, height: 7), AnchorSize(width: 90, height: 90),
        ]
        let anchors = AnchorFit.fit(sizes + sizes, count: 9, seed: 1)
        #expect(anchors.count == 9)
        let metrics = AnchorMetrics.measure(anchors, on: sizes)
        #expect(metrics.fitness == 1 && metrics.bestPossibleRecall == 1)
    }

    /// Labels of six decimals make 15.99996 px of a side of 16; whole pixels are whole.
    @Test(arguments: [0.01, 1]) func sidesAreOnTheGrid(step: Double) {
        let few = [16, 20, 24.6].map { (side: Double) in
            AnchorSize(
                width: (side / 160 * 1e6).rounded() / 1e6 * 160, height: (side / 120 * 1e6).rounded() / 1e6 * 120)
        }
        for boxes in [few, boxMixture(300, seed: 2)] {
            for anchor in AnchorFit.fit(boxes, count: 4, seed: 0, step: step) {
                for side in [anchor.width, anchor.height] { #expect(side == (side / step).rounded() / (1 / step)) }
            }
        }
        #expect(AnchorFit.fit(few, count: 3, seed: 0).map(\.height) == [16, 20, 24.6])
    }

    @Test func orderOfBoxesDoesNotMatter() {
        let boxes = boxMixture(600, seed: 3)
        #expect(AnchorFit.fit(boxes, count: 6, seed: 2) == AnchorFit.fit(boxes.reversed(), count: 6, seed: 2))
    }

    @Test func reachesTheOptimumOfASmallCase() {
        // Two anchors over all pairs of whole pixels: nothing may be better than what the search finds.
        let boxes = [(4.0, 4.0), (5, 4), (4, 6), (12, 12), (13, 10), (11, 14), (12, 15)].map {
            AnchorSize(width: $0.0, height: $0.1)
        }
        let found = AnchorMetrics.measure(AnchorFit.fit(boxes, count: 2, seed: 0), on: boxes).fitness
        var best = 0.0
        for first in 0..<36 {
            for second in 0..<121 {
                let pair = [
                    AnchorSize(width: Double(3 + first / 6), height: Double(3 + first % 6)),
                    AnchorSize(width: Double(7 + second / 11), height: Double(7 + second % 11)),
                ]
                best = max(best, AnchorMetrics.measure(pair, on: boxes).fitness)
            }
        }
        #expect(found >= best - 1e-12)
    }

    @Test func seedsAgree() {
        let boxes = boxMixture(2_000, seed: 9)
        let fitness = (0..<3).map { seed in
            AnchorMetrics.measure(AnchorFit.fit(boxes, count: 9, seed: seed), on: boxes).fitness
        }
        #expect((fitness.max() ?? 0) - (fitness.min() ?? 0) < 2e-4)
    }

    @Test(
        .enabled(if: SharedMaterial.isPresent, "the optional reference material is absent"),
        arguments: [("bccd", 0.9163), ("deeppcb", 0.8948)])
    func reachesTheBestKnownFitness(name: String, fitness: Double) throws {
        let dataset = try Dataset.open(SharedMaterial.path("data/\(name)/data.yaml"))
        let boxes = try AnchorBoxes.read(dataset, splits: ["train"], input: TrainingInput(size: 640), jobs: 2)
        for seed in [0, 1, 2] as [UInt64] {
            let anchors = AnchorFit.fit(boxes.sizes, count: 9, seed: seed)
            #expect(AnchorMetrics.measure(anchors, on: boxes.sizes).fitness >= fitness)
        }
    }
}
