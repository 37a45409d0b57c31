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
    private var p: [Double] = []
    private var q: [Double] = []
    private var weight: [Double] = []
    private var byP: [Int] = []
    private var byQ: [Int] = []
    private let count: Int
    private let seed: UInt64
    private var counter: UInt64 = 0
    private static let reach = log(AnchorMetrics.threshold)
    /// Above this many distinct sizes, boxes are first gathered into cells of `cell` in p and q.
    private static let mostPoints = 40_000
    private static let cell = 0.03

    private struct Centre {
        var p: Double
        var q: Double

        var size: AnchorSize { AnchorSize(width: exp((p + q) / 2), height: exp((p - q) / 2)) }

        init(p: Double, q: Double) {
            self.p = p
            self.q = q
        }

        init(_ size: AnchorSize) {
            p = log(size.width * size.height)
            q = log(size.width / size.height)
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
        let distinct = Dictionary(grouping: boxes, by: \.self).mapValues(\.count)
        if distinct.count <= count {
            // Every size gets an anchor of its own; what is left over repeats the most frequent ones.
            let byFrequency = distinct.sorted {
                ($1.value, $0.key.area, $0.key.width) < ($0.value, $1.key.area, $1.key.width)
            }.map(\.key)
            return (0..<count).map { byFrequency[$0 % byFrequency.count] }.sorted(by: ascending)
        }
        var search = AnchorFit(distinct, count: count, seed: seed)
        let best = search.run(kMeans: KMeans.anchors(distinct, count: count, seed: seed))
        return PixelGrid.search(from: best, boxes: distinct, step: step).sorted(by: ascending)
    }

    static func ascending(_ a: AnchorSize, _ b: AnchorSize) -> Bool {
        (a.area, a.width) < (b.area, b.width)
    }

    private init(_ distinct: [AnchorSize: Int], count: Int, seed: UInt64) {
        self.count = count
        self.seed = seed
        let sorted = distinct.sorted { ($0.key.area, $0.key.width) < ($1.key.area, $1.key.width) }
        if sorted.count <= Self.mostPoints {
            for (size, number) in sorted {
                let centre = Centre(size)
                p.append(centre.p)
                q.append(centre.q)
                weight.append(Double(number))
            }
        } else {
            gatherCells(sorted)
        }
        byP = p.indices.sorted { (p[$0], $0) < (p[$1], $1) }
        byQ = q.indices.sorted { (q[$0], $0) < (q[$1], $1) }
    }

    private mutating func gatherCells(_ sorted: [(key: AnchorSize, value: Int)]) {
        struct Cell: Hashable {
            var p: Int
            var q: Int
        }
        var place: [Cell: Int] = [:]
        for (size, number) in sorted {
            let centre = Centre(size)
            let cell = Cell(
                p: Int((centre.p / Self.cell).rounded(.down)), q: Int((centre.q / Self.cell).rounded(.down)))
            let index = place[cell] ?? p.count
            if index == p.count {
                place[cell] = index
                p.append(0)
                q.append(0)
                weight.append(0)
            }
            p[index] += centre.p * Double(number)
            q[index] += centre.q * Double(number)
            weight[index] += Double(number)
        }
        for index in p.indices {
            p[index] /= weight[index]
            q[index] /= weight[index]
        }
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
        while failures < (isSmall ? 60 : 4) * count {
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

    /// A point drawn with a probability that grows with its weight and its distance from the centres (D-sampling).
    private mutating func sample(away centres: [Centre]) -> Centre {
        var cumulative: [Double] = []
        cumulative.reserveCapacity(p.count)
        var total = 0.0
        for index in p.indices {
            var nearest = Double.infinity
            for centre in centres {
                nearest = min(nearest, 0.5 * (abs(p[index] - centre.p) + abs(q[index] - centre.q)))
            }
            total += weight[index] * (1 - exp(-nearest))
            cumulative.append(total)
        }
        let at = uniform() * total
        let index = cumulative.firstIndex { $0 >= at } ?? p.count - 1
        return Centre(p: p[index], q: q[index])
    }

    private mutating func sampledStart() -> [Centre] {
        var centres: [Centre] = []
        for _ in 0..<count { centres.append(sample(away: centres)) }
        return centres
    }

    /// Weighted medians until the fitness no longer rises. The threshold may lower it on the way: the best is kept.
    private func climb(_ start: [Centre]) -> (centres: [Centre], fitness: Double) {
        var centres = start
        var best = start
        var bestFitness = -1.0
        var stalled = 0
        var owner = [Int](repeating: 0, count: p.count)
        var pull = [Double](repeating: 0, count: p.count)
        for _ in 0..<100 {
            let fitness = assign(centres, &owner, &pull)
            if fitness > bestFitness + 1e-12 {
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
    private func assign(_ centres: [Centre], _ owner: inout [Int], _ pull: inout [Double]) -> Double {
        var sum = 0.0
        var total = 0.0
        p.withUnsafeBufferPointer { p in
            q.withUnsafeBufferPointer { q in
                owner.withUnsafeMutableBufferPointer { owner in
                    pull.withUnsafeMutableBufferPointer { pull in
                        for index in p.indices {
                            var nearest = Double.infinity
                            var which = 0
                            for (number, centre) in centres.enumerated() {
                                let distance = 0.5 * (abs(p[index] - centre.p) + abs(q[index] - centre.q))
                                if distance < nearest { (nearest, which) = (distance, number) }
                            }
                            owner[index] = which
                            pull[index] = nearest < Self.reach ? weight[index] * exp(-nearest) : 0
                            sum += pull[index]
                            total += weight[index]
                        }
                    }
                }
            }
        }
        return sum / total
    }

    private func medians(_ centres: [Centre], _ owner: [Int], _ pull: [Double]) -> [Centre] {
        var half = [Double](repeating: 0, count: centres.count)
        for index in owner.indices { half[owner[index]] += pull[index] / 2 }
        var moved = centres
        func settle(_ order: [Int], _ set: (Int, Int) -> Void) {
            var sum = [Double](repeating: 0, count: centres.count)
            for index in order {
                let centre = owner[index]
                guard pull[index] > 0, sum[centre] < half[centre] else { continue }
                sum[centre] += pull[index]
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
    static func anchors(_ distinct: [AnchorSize: Int], count: Int, seed: UInt64) -> [AnchorSize] {
        let points = distinct.sorted { ($0.key.area, $0.key.width) < ($1.key.area, $1.key.width) }
        // Starts spread over the sizes by rank, so that no draw can leave a region without one.
        var centres = (0..<count).map { points[(2 * $0 + 1) * points.count / (2 * count)].key }
        for _ in 0..<(points.count > 100_000 ? 15 : 100) {
            var sums = [(width: Double, height: Double, weight: Double)](repeating: (0, 0, 0), count: count)
            for (size, number) in points {
                var nearest = Double.infinity
                var which = 0
                for (index, centre) in centres.enumerated() {
                    let across = size.width - centre.width
                    let down = size.height - centre.height
                    let distance = across * across + down * down
                    if distance < nearest { (nearest, which) = (distance, index) }
                }
                sums[which].width += size.width * Double(number)
                sums[which].height += size.height * Double(number)
                sums[which].weight += Double(number)
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
    static func search(from anchors: [AnchorSize], boxes: [AnchorSize: Int], step: Double) -> [AnchorSize] {
        // Enough boxes to decide between neighbours; a fixed choice, so that the result is reproducible.
        let sorted = boxes.sorted { ($0.key.area, $0.key.width) < ($1.key.area, $1.key.width) }
        let stride = max(1, sorted.count / 20_000)
        let sizes = Swift.stride(from: 0, to: sorted.count, by: stride).map { sorted[$0] }
        // Counted in steps, so that sides are the decimal numbers that they look like.
        let perPixel = (1 / step).rounded()
        func snapped(_ steps: Double) -> Double { max(1, steps.rounded()) / perPixel }
        var current = anchors.map {
            AnchorSize(width: snapped($0.width * perPixel), height: snapped($0.height * perPixel))
        }
        // A box's ratio to every anchor: a move changes one of them.
        var ratios = sizes.map { size in current.map { ratio(size.key, $0) } }
        func rivals(of moved: Int) -> [Double] {
            ratios.map { row in
                var best = 0.0
                for other in row.indices where other != moved { best = max(best, row[other]) }
                return best
            }
        }
        for _ in 0..<40 {
            var hasMoved = false
            for index in current.indices {
                let rivals = rivals(of: index)
                func total(_ anchor: AnchorSize) -> Double {
                    var sum = 0.0
                    for (row, size) in sizes.enumerated() {
                        let best = max(rivals[row], ratio(size.key, anchor))
                        if best > 1 / AnchorMetrics.threshold { sum += best * Double(size.value) }
                    }
                    return sum
                }
                var best = current[index]
                var bestTotal = total(best)
                // Far and near neighbours: single steps alone stop at every small ridge.
                for reach in [1.0, 4, 20, 100] {
                    for move in [(1.0, 0.0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)] {
                        let candidate = AnchorSize(
                            width: snapped(current[index].width * perPixel + reach * move.0),
                            height: snapped(current[index].height * perPixel + reach * move.1))
                        let found = total(candidate)
                        if found > bestTotal + 1e-9 { (best, bestTotal) = (candidate, found) }
                    }
                }
                guard best != current[index] else { continue }
                current[index] = best
                hasMoved = true
                for (row, size) in sizes.enumerated() { ratios[row][index] = ratio(size.key, best) }
            }
            if !hasMoved { break }
        }
        return current
    }

    private static func ratio(_ box: AnchorSize, _ anchor: AnchorSize) -> Double {
        let across = box.width / anchor.width
        let down = box.height / anchor.height
        return min(min(across, 1 / across), min(down, 1 / down))
    }
}
