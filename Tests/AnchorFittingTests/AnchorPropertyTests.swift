import AnchorFitting
import Foundation
import Testing

@Suite struct AnchorPropertyTests {
    private func fitness(_ anchors: [AnchorSize], _ boxes: [AnchorSize]) -> Double {
        AnchorMetrics.measure(anchors, on: boxes).fitness
    }

    @Test func scalingTheBoxesScalesTheAnchors() {
        let boxes = boxMixture(500, seed: 4)
        let small = AnchorFit.fit(boxes, count: 6, seed: 1)
        let large = AnchorFit.fit(boxes.map { $0.scaled(by: 3) }, count: 6, seed: 1)
        #expect(abs(fitness(small, boxes) - fitness(large, boxes.map { $0.scaled(by: 3) })) < 1e-4)
        for (one, three) in zip(small, large) {
            #expect(abs(one.width * 3 - three.width) < 0.02 * three.width)
            #expect(abs(one.height * 3 - three.height) < 0.02 * three.height)
        }
    }

    @Test func aBoxEqualToAnAnchorNeverLowersRecall() {
        let boxes = boxMixture(300, seed: 5) + [AnchorSize(width: 3, height: 600)]
        let anchors = AnchorFit.fit(boxes, count: 3, seed: 0)
        let before = AnchorMetrics.measure(anchors, on: boxes).bestPossibleRecall
        for anchor in anchors {
            #expect(AnchorMetrics.measure(anchors, on: boxes + [anchor]).bestPossibleRecall >= before)
        }
    }

    @Test(arguments: [AnchorFit.Options.Method.kMeans, .kMeansIoU])
    func isNeverBelowKMeans(method: AnchorFit.Options.Method) {
        for seed in [6, 7, 8] as [UInt64] {
            let boxes = boxMixture(400, seed: seed)
            var options = AnchorFit.Options(count: 9, seed: seed)
            let best = fitness(AnchorFit.fit(BoxSizes(boxes), options), boxes)
            options.method = method
            let usual = fitness(AnchorFit.fit(BoxSizes(boxes), options), boxes)
            #expect(best >= usual)
            #expect(usual > 0.6)
        }
    }

    @Test func wholePixelsAreSearchedForNotRounded() {
        let boxes = boxMixture(1_000, seed: 9)
        let fine = AnchorFit.fit(boxes, count: 9, seed: 0)
        let whole = AnchorFit.fit(boxes, count: 9, seed: 0, step: 1)
        #expect(whole.allSatisfy { $0.width == $0.width.rounded() && $0.height == $0.height.rounded() })
        #expect(fitness(whole, boxes) >= fitness(fine, boxes) - 1e-4)
    }

    @Test func aLeastRecallIsKept() {
        // One size in a hundred lies far out: the highest fitness gives it up.
        let boxes = boxMixture(990, seed: 10) + (0..<10).map { AnchorSize(width: 2_000 + Double($0), height: 3) }
        var options = AnchorFit.Options(count: 3, seed: 0)
        let free = AnchorFit.fit(BoxSizes(boxes), options)
        #expect(AnchorMetrics.measure(free, on: boxes).bestPossibleRecall < 0.995)
        options.leastRecall = 1
        let bound = AnchorMetrics.measure(AnchorFit.fit(BoxSizes(boxes), options), on: boxes)
        #expect(bound.bestPossibleRecall == 1)
        // As good as two anchors for all others, and one for those.
        let two = AnchorFit.fit(Array(boxes.prefix(990)), count: 2, seed: 0)
        let others = AnchorMetrics.measure(two, on: Array(boxes.prefix(990))).fitness
        #expect(bound.fitness >= 0.99 * others + 0.01 * 0.99)
    }

    @Test func weightsMoveTheFit() {
        let boxes =
            [AnchorSize](repeating: AnchorSize(width: 10, height: 10), count: 9)
            + [AnchorSize(width: 14, height: 14)]
        let options = AnchorFit.Options(count: 1, seed: 0)
        #expect(AnchorFit.fit(BoxSizes(boxes), options) == [AnchorSize(width: 10, height: 10)])
        let weights = [Double](repeating: 0.1, count: 9) + [9.1]
        #expect(AnchorFit.fit(BoxSizes(boxes, weights: weights), options) == [AnchorSize(width: 14, height: 14)])
    }

    @Test func scalesAreAveraged() {
        let boxes = [AnchorSize(width: 100, height: 100)]
        let range = SizeVariation.scales(0.5...1.5, imageSize: 640, stride: 32)
        #expect(range.factors.count == 21 && range.factors.first == 0.5 && range.factors.last == 1.5)
        let anchor = [AnchorSize(width: 100, height: 100)]
        let expected = range.factors.reduce(0) { $0 + min($1, 1 / $1) } / 21
        let measured = AnchorMetrics.measure(anchor, on: BoxSizes(boxes, variation: range))
        #expect(abs(measured.fitness - expected) < 1e-12)
        // The best single anchor for all scales is better than the size itself, and the fit finds it.
        let fitted = AnchorFit.fit(BoxSizes(boxes, variation: range), AnchorFit.Options(count: 1, seed: 0))
        var best = 0.0
        for side in stride(from: 40.0, to: 160, by: 0.25) {
            best = max(
                best,
                AnchorMetrics.measure(
                    [AnchorSize(width: side, height: side)], on: BoxSizes(boxes, variation: range)
                ).fitness)
        }
        let found = AnchorMetrics.measure(fitted, on: BoxSizes(boxes, variation: range)).fitness
        #expect(found >= best - 1e-6)
    }

    @Test func manyBoxesEndWhereTheirOrderDoesNotMatter() {
        let boxes = boxMixture(60_000, seed: 11)
        let anchors = AnchorFit.fit(boxes, count: 9, seed: 0)
        #expect(anchors == AnchorFit.fit(boxes.reversed(), count: 9, seed: 0))
        // A tenth of the boxes, fitted exactly, must not do better on all.
        let part = AnchorFit.fit(Array(boxes.prefix(6_000)), count: 9, seed: 0)
        #expect(fitness(anchors, boxes) >= fitness(part, boxes))
    }
}
