import CVectorKernels
import CheckedNumbers
import Foundation

/// A proof of how high the fitness of any set of anchors can be.
///
/// Choosing k anchors is a k-median problem: maximise Σ wᵢ·max over the chosen j of e^−d(i, j). Give each box a price uᵢ
/// for being served (Lagrange multipliers of "each box is served once"); then for *every* choice of prices
///
///     Σ wᵢ·uᵢ + the k largest of gains(j) = Σ wᵢ·max(0, e^−d(i, j) − uᵢ)
///
/// is at least the best fitness, and subgradient steps on the prices lower it. Three relaxations keep it a proof:
/// - boxes are moved to the crossings of a grid over p and q, each by a distance δ, and count w·e^δ: never less than
///   before, by the triangle inequality;
/// - between the boxes' own p (or q), a sum of e^−|p − pᵢ|/2 is convex, so its maximum lies at one of them: with all
///   boxes on the grid, no anchor off the grid is better;
/// - boxes beyond the threshold count e^−d instead of 0.
public struct AnchorBound: Hashable, Sendable {
    /// No set of anchors has a higher fitness than this.
    public let fitness: Double
    /// Steps on the prices.
    public let steps: Int

    /// - Parameters:
    ///   - anchors: the best set known: its fitness sets the length of the steps, not the proof.
    ///   - steps: the most steps; fewer when they no longer help.
    ///   - cell: side of the grid in p and q; nil for the finest that costs a few seconds at most.
    public static func prove(_ boxes: BoxSizes, anchors: [AnchorSize], steps: Int = 400, cell: Double? = nil)
        -> AnchorBound
    {
        guard !boxes.isEmpty, !anchors.isEmpty else { return AnchorBound(fitness: 0, steps: 0) }
        let number = boxes.sizes.count * boxes.variation.factors.count
        let side = cell ?? (number <= 5_000 ? 0.01 : number <= 50_000 ? 0.02 : 0.05)
        var problem = GridProblem(boxes, side: side)
        let known = AnchorMetrics.measure(anchors, on: boxes).fitness
        return problem.descend(count: anchors.count, known: known, steps: steps)
    }
}

/// Boxes on a grid with their prices.
private struct GridProblem {
    private var column: [Int32] = []
    private var row: [Int32] = []
    /// Sums to the mean of e^δ.
    private var weight: [Double] = []
    private let columns: Int
    private let rows: Int
    /// e^−d by the distance in cells, |Δcolumn| + |Δrow|.
    private let values: [Double]

    init(_ boxes: BoxSizes, side: Double) {
        let factors = boxes.variation.factors.map { 2 * log($0) }
        var low = (p: Double.infinity, q: Double.infinity)
        var high = (p: -Double.infinity, q: -Double.infinity)
        for box in boxes.sizes {
            let p = log(box.width * box.height)
            let q = log(box.width / box.height)
            low = (min(low.p, p), min(low.q, q))
            high = (max(high.p, p), max(high.q, q))
        }
        low.p += factors.min() ?? 0
        high.p += factors.max() ?? 0
        columns = Int(clamping: ((high.p - low.p) / side).rounded()) + 1
        rows = Int(clamping: ((high.q - low.q) / side).rounded()) + 1
        var gathered: [Int: Double] = [:]
        var total = 0.0
        for (index, box) in boxes.sizes.enumerated() {
            let own = boxes.weights?[index] ?? 1
            let q = log(box.width / box.height) - low.q
            let down = (q / side).rounded()
            let awayQ = abs(q - down * side)
            let base = log(box.width * box.height) - low.p
            for factor in factors {
                let p = base + factor
                let across = (p / side).rounded()
                let away = (abs(p - across * side) + awayQ) / 2
                gathered[Int(clamping: down) * columns + Int(clamping: across), default: 0] += own * exp(away)
                total += own
            }
        }
        for (place, sum) in gathered.sorted(by: { $0.key < $1.key }) where sum > 0 {
            column.append(Int32(place % columns))
            row.append(Int32(place / columns))
            weight.append(sum / total)
        }
        values = (0..<columns + rows).map { exp(-side * Double($0) / 2) }
    }

    /// Polyak's steps: as long as the distance to the best value known asks for, shortened when they stop helping.
    mutating func descend(count: Int, known: Double, steps: Int) -> AnchorBound {
        var price = [Double](repeating: known, count: weight.count)
        var best = (bound: Double.infinity, price: price)
        // A low price reaches far, which costs time; what a box counts where nothing fits it is little.
        let floor = min(0.2, known / 2)
        var length = 1.0
        var stalled = 0
        var taken = 0
        for _ in 0..<steps {
            taken += 1
            let (bound, chosen) = evaluate(price, count)
            if bound < best.bound - 1e-6 {
                best = (bound, price)
                stalled = 0
            } else {
                stalled += 1
            }
            // A bound below what is known can only be rounding: nothing is left to gain.
            if bound <= known * (1 + 1e-9) { break }
            if stalled == 15 {
                length *= 0.7
                stalled = 0
                price = best.price
                if length < 1e-3 { break }
            }
            // How often each box is served; once would be right.
            var slope = [Double](repeating: 1, count: price.count)
            var square = 0.0
            for index in price.indices {
                for place in chosen {
                    let away = abs(place % columns - Int(column[index])) + abs(place / columns - Int(row[index]))
                    if values[away] > price[index] { slope[index] -= 1 }
                }
                square += weight[index] * slope[index] * slope[index]
            }
            guard square > 0 else { break }
            let step = length * (bound - known) / square
            for index in price.indices { price[index] = min(1, max(floor, price[index] - step * slope[index])) }
        }
        // Sums of doubles in another order differ by far less than this.
        return AnchorBound(fitness: max(known, best.bound * (1 + 1e-9)), steps: taken)
    }

    /// The bound that prices prove, and the cells of the largest gains.
    private func evaluate(_ price: [Double], _ count: Int) -> (bound: Double, chosen: [Int]) {
        var gains = [Double](repeating: 0, count: columns * rows)
        assay_anchor_gains(
            column, row, weight, price, price.count, values, Int32(columns), Int32(rows), &gains)
        var largest: [(gain: Double, place: Int)] = []
        for (place, gain) in gains.enumerated() where gain > 0 {
            if largest.count == count, gain <= largest[count - 1].gain { continue }
            if largest.count == count { largest.removeLast() }
            let at = largest.firstIndex { $0.gain < gain } ?? largest.count
            largest.insert((gain, place), at: at)
        }
        let served = zip(weight, price).reduce(0) { $0 + $1.0 * $1.1 }
        return (largest.reduce(served) { $0 + $1.gain }, largest.map(\.place))
    }
}
