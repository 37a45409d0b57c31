import CVectorKernels
import CheckedNumbers
import Foundation
import Randomness
import YOLOModel

/// The search for the centres that serve points best.
///
/// With p = log(w·h) and q = log(w/h), the ratio of a box and an anchor is exp(−½(|Δp| + |Δq|)). The fit is a k-median
/// problem under a separable distance d, with e^−d instead of d. As e^−d is convex, its tangent lies below it: given the
/// assignment, the weighted medians of p and of q with weights e^−d raise the fitness as far as that bound allows — no
/// step size, and no random mutation. Starts and swaps lead out of local optima.
struct AnchorSearch {
    private let points: SearchPoints
    private let count: Int
    private let seed: UInt64
    /// What a point within reach counts beside its ratio.
    private let bonus: Float
    private let medianP: MedianBins
    private let medianQ: MedianBins
    private let totalWeight: Double
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

    /// Centres with the mean of what points count.
    private struct Found {
        var centres: [Centre]
        var total: Double
    }

    init(_ points: SearchPoints, count: Int, seed: UInt64, bonus: Float) {
        self.points = points
        self.count = count
        self.seed = seed
        self.bonus = bonus
        medianP = MedianBins(points.p)
        medianQ = MedianBins(points.q)
        totalWeight = points.weight.reduce(0) { $0 + Double($1) }
    }

    private mutating func uniform() -> Double {
        counter += 1
        return CounterBasedNumber.unit(seed: seed, counter: counter)
    }

    /// How much is tried.
    struct Effort {
        var starts: Int
        var crossings: Int
        /// Swaps in a row without success, an anchor.
        var swaps: Int

        /// For few points, where all of it is cheap; for many; and for curves.
        static let few = Effort(starts: 48, crossings: 100, swaps: 60)
        static let many = Effort(starts: 24, crossings: 100, swaps: 20)
        static let quick = Effort(starts: 8, crossings: 8, swaps: 4)
    }

    /// The best sets from k-means and sampled starts, their crossings, and swaps; the best first.
    mutating func run(_ effort: Effort) -> [[AnchorSize]] {
        var pool: [Found] = []
        for distance in [KMeans.Distance.euclidean, .iou] {
            enter(climb(KMeans.anchors(points, count: count, distance: distance).map { Centre($0) }), &pool)
        }
        for _ in 0..<effort.starts { enter(climb(sampledStart()), &pool) }
        // The anchors of two good sets together, of which the least missed leave one by one.
        for _ in 0..<(pool.count > 1 ? effort.crossings : 0) {
            let first = Int(clamping: uniform() * Double(pool.count))
            let second = (first + 1 + Int(clamping: uniform() * Double(pool.count - 1))) % pool.count
            let together = pool[first].centres + pool[second].centres
            enter(climb(reduced(together), atLeast: pool[pool.count - 1].total), &pool)
        }
        var best = pool[0]
        // Swaps: one anchor leaves, a badly served point becomes one; kept when the climb from there ends higher.
        var failures = 0
        while failures < effort.swaps * count {
            var centres = best.centres
            let leaving = min(count - 1, Int(clamping: uniform() * Double(count)))
            centres.remove(at: leaving)
            centres.append(sample(away: centres))
            let found = climb(centres, atLeast: best.total)
            if found.total > best.total + 1e-9 {
                best = found
                failures = 0
            } else {
                failures += 1
            }
        }
        return ([best] + pool).map { $0.centres.map(\.size) }
    }

    /// Takes a set into the pool of the best, which are told apart by their totals.
    private func enter(_ found: Found, _ pool: inout [Found]) {
        let most = 16
        guard !pool.contains(where: { abs($0.total - found.total) < 1e-7 }) else { return }
        let at = pool.firstIndex { $0.total < found.total } ?? pool.count
        pool.insert(found, at: at)
        if pool.count > most { pool.removeLast() }
    }

    /// Centres leave until as many are left as asked for; each time the one whose leaving costs least.
    private func reduced(_ centres: [Centre]) -> [Centre] {
        var centres = centres
        var loss = [Double](repeating: 0, count: centres.count)
        while centres.count > count {
            assay_anchor_losses(
                points.p, points.q, points.weight, points.count, centres.map(\.p), centres.map(\.q),
                Int32(centres.count), Self.reach, bonus, &loss)
            guard let least = centres.indices.min(by: { loss[$0] < loss[$1] }) else { break }
            centres.remove(at: least)
        }
        return centres
    }

    /// The best of what climbs from several sets lead to.
    func best(of sets: [[AnchorSize]]) -> [AnchorSize] {
        let found = sets.map { climb($0.map { Centre($0) }) }
        return found.max { $0.total < $1.total }?.centres.map(\.size) ?? []
    }

    // MARK: Starts

    /// A point drawn with a probability that grows with its weight and its distance from the nearest centre
    /// (D-sampling).
    private mutating func sample(_ nearest: [Float]) -> Centre {
        // With a reward for reaching, half of the draws are among points that nothing reaches.
        let wantsFar = bonus > 0 && uniform() < 0.5 && nearest.contains { $0 >= Self.reach }
        var total = 0.0
        let cumulative = nearest.indices.map { index -> Double in
            // 1 − e^−d rises like d and levels off where no anchor reaches any more.
            if !wantsFar || nearest[index] >= Self.reach {
                total += Double(points.weight[index] * min(nearest[index], Self.reach))
            }
            return total
        }
        let at = uniform() * total
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] <= at { low = middle + 1 } else { high = middle }
        }
        return Centre(p: points.p[low], q: points.q[low])
    }

    private func addDistance(to centre: Centre, _ nearest: inout [Float]) {
        assay_anchor_nearest(points.p, points.q, points.count, centre.p, centre.q, &nearest)
    }

    private mutating func sample(away centres: [Centre]) -> Centre {
        var nearest = [Float](repeating: .greatestFiniteMagnitude, count: points.count)
        for centre in centres { addDistance(to: centre, &nearest) }
        return sample(nearest)
    }

    private mutating func sampledStart() -> [Centre] {
        var nearest = [Float](repeating: .greatestFiniteMagnitude, count: points.count)
        var centres: [Centre] = []
        for _ in 0..<count {
            let centre = sample(nearest)
            centres.append(centre)
            addDistance(to: centre, &nearest)
        }
        return centres
    }

    // MARK: Climbing

    /// Weighted medians until the total no longer rises. The threshold may lower it on the way: the best is kept.
    ///
    /// - Parameter atLeast: a climb that will not come up to this is given up.
    private func climb(_ start: [Centre], atLeast: Double = 0) -> Found {
        var centres = start
        var best = start
        var bestTotal = -1.0
        var stalled = 0
        var owner = [Int32](repeating: 0, count: points.count)
        var pull = [Float](repeating: 0, count: points.count)
        for _ in 0..<100 {
            let total = assign(centres, &owner, &pull)
            // Gains shrink from step to step: ten times the last one is more than what is still to come.
            if total > bestTotal, bestTotal > 0, total + 10 * (total - bestTotal) < atLeast { break }
            if total > bestTotal + 1e-7 {
                (best, bestTotal) = (centres, total)
                stalled = 0
            } else {
                stalled += 1
                if stalled == 3 { break }
            }
            let acrossP = medianP.medians(owner, pull, centres: count, otherwise: centres.map(\.p))
            let acrossQ = medianQ.medians(owner, pull, centres: count, otherwise: centres.map(\.q))
            centres = zip(acrossP, acrossQ).map { Centre(p: $0, q: $1) }
        }
        return Found(centres: best, total: bestTotal)
    }

    /// Gives each point to its nearest centre; returns the mean of what points count.
    private func assign(_ centres: [Centre], _ owner: inout [Int32], _ pull: inout [Float]) -> Double {
        assay_anchor_assign(
            points.p, points.q, points.weight, points.count, centres.map(\.p), centres.map(\.q), Int32(centres.count),
            Self.reach, bonus, min(1, bonus), &owner, &pull) / totalWeight
    }
}

/// Weighted medians of one coordinate for all centres at once, by sums over bins.
///
/// Up to 5,000 points, each value has a bin of its own and medians are exact; else bins hold equally many points.
private struct MedianBins {
    private let bin: [UInt16]
    /// A bin's middle value.
    private let value: [Float]

    init(_ values: [Float]) {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        let most = 1_024
        var bin = [UInt16](repeating: 0, count: values.count)
        var members: [[Float]] = []
        for (rank, index) in order.enumerated() {
            let isNew = rank == 0 || values[index] != values[order[rank - 1]]
            let opens = order.count <= 5_000 ? isNew : isNew && rank * most / order.count >= members.count
            if opens || members.isEmpty { members.append([]) }
            members[members.count - 1].append(values[index])
            bin[index] = UInt16(members.count - 1)
        }
        self.bin = bin
        value = members.map { $0[$0.count / 2] }
    }

    /// A centre that nothing pulls stays.
    func medians(_ owner: [Int32], _ pull: [Float], centres: Int, otherwise: [Float]) -> [Float] {
        let bins = value.count
        var sums = [Float](repeating: 0, count: centres * bins)
        assay_anchor_sums(owner, pull, bin, owner.count, Int32(centres), Int32(bins), &sums)
        return sums.withUnsafeBufferPointer { sums in
            (0..<centres).map { centre in
                let own = sums[centre * bins..<(centre + 1) * bins]
                var total: Float = 0
                for sum in own { total += sum }
                guard total > 0 else { return otherwise[centre] }
                var passed: Float = 0
                for (bin, sum) in own.enumerated() {
                    passed += sum
                    if passed >= total / 2 { return value[bin] }
                }
                return otherwise[centre]
            }
        }
    }
}
