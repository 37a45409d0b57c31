import AnchorFitting
import Foundation
import Testing
import YOLOModel

@Suite struct AnchorBoundTests {
    /// All pairs of anchors at the crossings of the boxes' own p and q; the optimum without a threshold is among them.
    private func exhaustive(_ boxes: [AnchorSize]) -> Double {
        let p = boxes.map { log($0.width * $0.height) }
        let q = boxes.map { log($0.width / $0.height) }
        let candidates = p.flatMap { p in
            q.map { AnchorSize(width: exp((p + $0) / 2), height: exp((p - $0) / 2)) }
        }
        var best = 0.0
        for (index, first) in candidates.enumerated() {
            for second in candidates[index...] {
                best = max(best, AnchorMetrics.measure([first, second], on: boxes).fitness)
            }
        }
        return best
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func exhaustiveSearchLiesBetweenFitAndBound(seed: UInt64) {
        let boxes = boxMixture(9, seed: seed).map { $0.scaled(by: 10) }
        let best = exhaustive(boxes)
        let anchors = AnchorFit.fit(boxes, count: 2, seed: seed)
        let found = AnchorMetrics.measure(anchors, on: boxes).fitness
        #expect(found >= best - 1e-4)
        let bound = AnchorBound.prove(BoxSizes(boxes), anchors: anchors).fitness
        #expect(bound >= best - 1e-12)
        #expect(bound <= found * 1.06)
    }

    @Test func isTightOnAMixture() {
        let boxes = boxMixture(1_000, seed: 12)
        let anchors = AnchorFit.fit(boxes, count: 9, seed: 0)
        let found = AnchorMetrics.measure(anchors, on: boxes).fitness
        let bound = AnchorBound.prove(BoxSizes(boxes), anchors: anchors)
        #expect(bound.fitness >= found && bound.fitness <= found * 1.025)
    }

    @Test func holdsWhateverTheAnchorsKnown() {
        // A bad set makes bad steps, not a wrong proof.
        let boxes = boxMixture(200, seed: 13)
        let best = AnchorMetrics.measure(AnchorFit.fit(boxes, count: 3, seed: 0), on: boxes).fitness
        let bad = (1...3).map { AnchorSize(width: Double($0), height: Double($0)) }
        #expect(AnchorBound.prove(BoxSizes(boxes), anchors: bad, steps: 30).fitness >= best)
    }
}
