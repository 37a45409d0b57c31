import CVectorKernels
import Foundation
import YOLOModel

/// Finds the anchors of the highest fitness.
///
/// With p = log(w·h) and q = log(w/h), the ratio of a box and an anchor is exp(−½(|Δp| + |Δq|)). The fit is a k-median
/// problem under a separable distance d, with e^−d instead of d. As e^−d is convex, its tangent lies below it: given the
/// assignment, the weighted medians of p and of q with weights e^−d raise the fitness as far as that bound allows — no
/// step size, and no random mutation. Starts, swaps and a search over whole pixels lead out of local optima.
public struct AnchorFit {
    /// Points with how many boxes each stands for.
    private let p: [Float]
    private let q: [Float]
    private let weight: [Float]
    private let byP: [Int32]
    private let byQ: [Int32]
    private let totalWeight: Double
    private let count: Int
    private let seed: UInt64
    private var counter: UInt64 = 0
    private static let reach = Float(log(AnchorMetrics.threshold))

    private struct Centre {
        var p: Float
        var q: Float

        var size: AnchorSize {
            AnchorSize(width: exp((Double(p) + Double(q)) / 2), height: exp((Double(p) - Double(q)) / 2))
        }

        init(p: Float, q: Float) {
            self.p = p
            self.q = q
        }

        init(_ size: AnchorSize) {
            p = Float(log(size.width * size.height))
            q = Float(log(size.width / size.height))
        }
    }

    /// The best anchors found: ascending by area, exactly `count` of them. The same for the same boxes and seed, in
    /// whatever order the boxes come.
    ///
    /// - Parameters:
    ///   - boxes: positive and finite sizes.
    ///   - step: sides are multiples of this, in pixels: 0.01 loses nothing that matters; 1 gives whole pixels.
    public static func fit(_ boxes: [AnchorSize], count: Int, seed: UInt64, step: Double = 0.01) -> [AnchorSize] {
        guard !boxes.isEmpty, count > 0 else { return [] }
        let points = WeightedSizes(boxes, forAnchors: count)
        if points.sizes.count <= count {
            // Every size gets an anchor of its own; what is left over repeats the most frequent ones.
            let byFrequency = zip(points.sizes, points.weights).sorted { ($1.1, $0.0.area) < ($0.1, $1.0.area) }
                .map(\.0)
            return (0..<count).map { byFrequency[$0 % byFrequency.count] }.sorted(by: ascending)
        }
        var search = AnchorFit(points, count: count, seed: seed)
        let best = search.run(kMeans: KMeans.anchors(points, count: count))
        return PixelGrid.search(from: best, boxes: points, step: step).sorted(by: ascending)
    }

    static func ascending(_ a: AnchorSize, _ b: AnchorSize) -> Bool {
        (a.area, a.width) < (b.area, b.width)
    }

    private init(_ points: WeightedSizes, count: Int, seed: UInt64) {
        self.count = count
        self.seed = seed
        let centres = points.sizes.map { Centre($0) }
        let p = centres.map(\.p)
        let q = centres.map(\.q)
        self.p = p
        self.q = q
        weight = points.weights.map(Float.init)
        totalWeight = points.weights.reduce(0, +)
        let indices = (0..<Int32(p.count)).map(\.self)
        byP = indices.sorted { (p[Int($0)], $0) < (p[Int($1)], $1) }
        byQ = indices.sorted { (q[Int($0)], $0) < (q[Int($1)], $1) }
    }

    // MARK: Search

    private mutating func uniform() -> Double {
        counter += 1
        return Double(CounterBasedNumber.bits(seed: seed, counter: counter) >> 11) / Double(1 << 53)
    }

    private mutating func run(kMeans: [AnchorSize]) -> [AnchorSize] {
        let isSmall = p.count <= 5_000
        var best = climb(kMeans.map { Centre($0) })
        for _ in 0..<(isSmall ? 48 : 8) {
            let found = climb(sampledStart())
            if found.fitness > best.fitness { best = found }
        }
        // Swaps: one anchor leaves, a badly served point becomes one; kept when the climb from there ends higher.
        var failures = 0
        while failures < (isSmall ? 200 : 4) * count {
            var centres = best.centres
            let leaving = min(count - 1, Int(uniform() * Double(count)))
            centres.remove(at: leaving)
            centres.append(sample(away: centres))
            let found = climb(centres)
            if found.fitness > best.fitness + 1e-9 {
                best = found
                failures = 0
            } else {
                failures += 1
            }
        }
        return best.centres.map(\.size)
    }

    /// A point drawn with a probability that grows with its weight and its distance from the nearest centre
    /// (D-sampling).
    private mutating func sample(_ nearest: [Float]) -> Centre {
        var total = 0.0
        let cumulative = nearest.indices.map { index -> Double in
            // 1 − e^−d rises like d and levels off where no anchor reaches any more.
            total += Double(weight[index] * min(nearest[index], Self.reach))
            return total
        }
        let at = uniform() * total
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] < at { low = middle + 1 } else { high = middle }
        }
        return Centre(p: p[low], q: q[low])
    }

    private func addDistance(to centre: Centre, _ nearest: inout [Float]) {
        assay_anchor_nearest(p, q, p.count, centre.p, centre.q, &nearest)
    }

    private mutating func sample(away centres: [Centre]) -> Centre {
        var nearest = [Float](repeating: .greatestFiniteMagnitude, count: p.count)
        for centre in centres { addDistance(to: centre, &nearest) }
        return sample(nearest)
    }

    private mutating func sampledStart() -> [Centre] {
        var nearest = [Float](repeating: .greatestFiniteMagnitude, count: p.count)
        var centres: [Centre] = []
        for _ in 0..<count {
            let centre = sample(nearest)
            centres.append(centre)
            addDistance(to: centre, &nearest)
        }
        return centres
    }

    /// Weighted medians until the fitness no longer rises. The threshold may lower it on the way: the best is kept.
    private func climb(_ start: [Centre]) -> (centres: [Centre], fitness: Double) {
        var centres = start
        var best = start
        var bestFitness = -1.0
        var stalled = 0
        var owner = [Int32](repeating: 0, count: p.count)
        var pull = [Float](repeating: 0, count: p.count)
        for _ in 0..<100 {
            let fitness = assign(centres, &owner, &pull)
            if fitness > bestFitness + 1e-7 {
                (best, bestFitness) = (centres, fitness)
                stalled = 0
            } else {
                stalled += 1
                if stalled == 3 { break }
            }
            centres = medians(centres, owner, pull)
        }
        return (best, bestFitness)
    }

    /// Gives each point to its nearest centre; returns the fitness. A point beyond the threshold pulls nothing.
    private func assign(_ centres: [Centre], _ owner: inout [Int32], _ pull: inout [Float]) -> Double {
        assay_anchor_assign(
            p, q, weight, p.count, centres.map(\.p), centres.map(\.q), Int32(centres.count), Self.reach, &owner, &pull)
            / totalWeight
    }

    private func medians(_ centres: [Centre], _ owner: [Int32], _ pull: [Float]) -> [Centre] {
        var half = [Double](repeating: 0, count: centres.count)
        for index in owner.indices { half[Int(owner[index])] += Double(pull[index]) / 2 }
        var moved = centres
        func settle(_ order: [Int32], _ set: (Int, Int) -> Void) {
            var sum = [Double](repeating: 0, count: centres.count)
            for index in order {
                let index = Int(index)
                let centre = Int(owner[index])
                guard pull[index] > 0, sum[centre] < half[centre] else { continue }
                sum[centre] += Double(pull[index])
                if sum[centre] >= half[centre] { set(centre, index) }
            }
        }
        settle(byP) { moved[$0].p = p[$1] }
        settle(byQ) { moved[$0].q = q[$1] }
        return moved
    }
}

/// Lloyd's k-means on widths and heights, as the usual auto-anchor begins; one of the starts.
enum KMeans {
    static func anchors(_ boxes: WeightedSizes, count: Int) -> [AnchorSize] {
        let points = boxes.sizes
        // Starts spread over the sizes by rank, so that no draw can leave a region without one.
        var centres = (0..<count).map { points[(2 * $0 + 1) * points.count / (2 * count)] }
        for _ in 0..<(points.count > 5_000 ? 15 : 100) {
            var sums = [(width: Double, height: Double, weight: Double)](repeating: (0, 0, 0), count: count)
            for (size, number) in zip(points, boxes.weights) {
                var nearest = Double.infinity
                var which = 0
                for (index, centre) in centres.enumerated() {
                    let across = size.width - centre.width
                    let down = size.height - centre.height
                    let distance = across * across + down * down
                    if distance < nearest { (nearest, which) = (distance, index) }
                }
                sums[which].width += size.width * number
                sums[which].height += size.height * number
                sums[which].weight += number
            }
            let moved = zip(centres, sums).map { centre, sum in
                sum.weight > 0 ? AnchorSize(width: sum.width / sum.weight, height: sum.height / sum.weight) : centre
            }
            if moved == centres { break }
            centres = moved
        }
        return centres
    }
}

/// Moves anchors to a grid by searching, not by rounding.
enum PixelGrid {
    static func search(from anchors: [AnchorSize], boxes: WeightedSizes, step: Double) -> [AnchorSize] {
        let widths = boxes.sizes.map { Float($0.width) }
        let heights = boxes.sizes.map { Float($0.height) }
        let weights = boxes.weights.map(Float.init)
        let number = widths.count
        // Counted in steps, so that sides are the decimal numbers that they look like.
        let perPixel = (1 / step).rounded()
        func snapped(_ steps: Double) -> Double { max(1, steps.rounded()) / perPixel }
        func ratios(_ anchor: AnchorSize) -> [Float] {
            var found = [Float](repeating: 0, count: number)
            assay_anchor_ratios(widths, heights, number, Float(anchor.width), Float(anchor.height), &found)
            return found
        }
        var current = anchors.map {
            AnchorSize(width: snapped($0.width * perPixel), height: snapped($0.height * perPixel))
        }
        // Each box's ratio to every anchor: a move changes one row.
        var rows = current.map(ratios)
        for _ in 0..<40 {
            var hasMoved = false
            for index in current.indices {
                var rivals = [Float](repeating: 0, count: number)
                for (other, row) in rows.enumerated() where other != index {
                    for box in 0..<number { rivals[box] = max(rivals[box], row[box]) }
                }
                func total(_ anchor: AnchorSize) -> Double {
                    assay_anchor_total(
                        widths, heights, weights, rivals, number, Float(anchor.width), Float(anchor.height),
                        Float(1 / AnchorMetrics.threshold))
                }
                var best = current[index]
                var bestTotal = total(best)
                // Far and near neighbours: single steps alone stop at every small ridge.
                for reach in [1.0, 4, 20, 100] {
                    let moves = [(1.0, 0.0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)]
                    for move in moves {
                        let candidate = AnchorSize(
                            width: snapped(current[index].width * perPixel + reach * move.0),
                            height: snapped(current[index].height * perPixel + reach * move.1))
                        let found = total(candidate)
                        if found > bestTotal * (1 + 1e-9) { (best, bestTotal) = (candidate, found) }
                    }
                }
                guard best != current[index] else { continue }
                current[index] = best
                hasMoved = true
                rows[index] = ratios(best)
            }
            if !hasMoved { break }
        }
        return current
    }
}
