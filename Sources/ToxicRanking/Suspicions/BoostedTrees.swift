import CheckedNumbers
import Foundation

/// Gradient-boosted decision trees for a few classes: softmax, histograms over quantiles, second-order leaves.
///
/// Every sum runs in one order in double precision: the same input gives the same trees.
package struct BoostedTrees: Sendable {
    /// How trees are grown.
    package struct Options: Sendable {
        var rounds = 60
        var depth = 3
        var rate = 0.1
        /// λ of the leaf value −G/(H + λ).
        var regularization = 5.0
        var leastInLeaf = 20
        var bins = 64

        package init() {}
    }

    private struct Node {
        /// −1: a leaf.
        var feature = -1
        /// Values up to this one go left; NaN goes left.
        var limit: Float = 0
        var left = 0
        var right = 0
        var value = 0.0
    }

    private struct Tree {
        var nodes: [Node]

        func value(_ features: [Float]) -> Double {
            var at = 0
            while nodes[at].feature >= 0 {
                at = features[nodes[at].feature] > nodes[at].limit ? nodes[at].right : nodes[at].left
            }
            return nodes[at].value
        }
    }

    let classCount: Int
    private let start: [Double]
    /// Rounds, a tree a class each.
    private var rounds: [[Tree]] = []

    /// - Parameters:
    ///   - rows: features of a sample each.
    ///   - classes: from 0.
    ///   - weights: of a sample each; 0 leaves it out.
    package init(_ rows: [[Float]], classes: [Int], weights: [Double], classCount: Int, options: Options = .init()) {
        self.classCount = classCount
        var totals = [Double](repeating: 0, count: classCount)
        for (id, weight) in zip(classes, weights) { totals[id] += weight }
        let whole = max(totals.reduce(0, +), 1e-12)
        start = totals.map { log(max($0 / whole, 1e-9)) }
        let used = rows.indices.filter { weights[$0] > 0 }
        guard let featureCount = rows.first?.count, !used.isEmpty else { return }
        let binning = Binning(used.map { rows[$0] }, featureCount: featureCount, bins: options.bins)
        let ownClasses = used.map { classes[$0] }
        let ownWeights = used.map { weights[$0] }
        // By sample, then class.
        var scores = used.flatMap { _ in start }
        var slopes = [Slope](repeating: .zero, count: used.count)
        for _ in 0..<options.rounds {
            var probabilities = scores
            probabilities.withUnsafeMutableBufferPointer { all in
                for index in used.indices {
                    Self.softmax(
                        UnsafeMutableBufferPointer(rebasing: all[index * classCount..<(index + 1) * classCount]))
                }
            }
            var trees: [Tree] = []
            for id in 0..<classCount {
                for index in used.indices {
                    let p = probabilities[index * classCount + id]
                    slopes[index] = Slope(
                        ownWeights[index] * (p - (ownClasses[index] == id ? 1 : 0)),
                        ownWeights[index] * max(p * (1 - p), 1e-9), 1, 0)
                }
                var places = [Int](repeating: 0, count: used.count)
                let tree = Self.grow(binning, slopes, &places, options)
                for index in used.indices { scores[index * classCount + id] += tree.nodes[places[index]].value }
                trees.append(tree)
            }
            rounds.append(trees)
        }
    }

    /// Of each class, given the features of one sample; adds up to one.
    package func probabilities(_ features: [Float]) -> [Double] {
        var scores = start
        for trees in rounds {
            for (id, tree) in trees.enumerated() { scores[id] += tree.value(features) }
        }
        scores.withUnsafeMutableBufferPointer { Self.softmax($0) }
        return scores
    }

    private static func softmax(_ scores: UnsafeMutableBufferPointer<Double>) {
        let most = scores.max() ?? 0
        var sum = 0.0
        for index in scores.indices {
            scores[index] = exp(scores[index] - most)
            sum += scores[index]
        }
        for index in scores.indices { scores[index] /= sum }
    }

    /// Features as numbers of quantiles.
    private struct Binning {
        /// The upper limits of all bins but the last, a feature each.
        let limits: [[Float]]
        /// `[sample][feature]`, one after the other.
        let bins: [UInt8]
        let binCount: Int
        let featureCount: Int

        /// Cuts each feature at its quantiles; equal values are in one bin.
        package init(_ rows: [[Float]], featureCount: Int, bins count: Int) {
            binCount = count
            self.featureCount = featureCount
            var limits: [[Float]] = []
            var bins = [UInt8](repeating: 0, count: rows.count * featureCount)
            for feature in 0..<featureCount {
                let column = rows.map { $0[feature] }
                let sorted = column.sorted()
                var cuts: [Float] = []
                for cut in 1..<count {
                    let at = sorted[min(sorted.count - 1, sorted.count * cut / count)]
                    if at > cuts.last ?? -.infinity, at < sorted[sorted.count - 1] { cuts.append(at) }
                }
                limits.append(cuts)
                for (sample, value) in column.enumerated() {
                    var low = 0
                    var high = cuts.count
                    while low < high {
                        let middle = (low + high) / 2
                        if value > cuts[middle] { low = middle + 1 } else { high = middle }
                    }
                    bins[sample * featureCount + feature] = UInt8(low)
                }
            }
            self.limits = limits
            self.bins = bins
        }

        func bin(_ sample: Int32, _ feature: Int) -> UInt8 { bins[Int(sample) * featureCount + feature] }

        /// Features whose histograms fit the fastest memory together.
        private static let together = 10

        /// The sums of the samples in each bin, `[feature][bin]`, each in the samples' order.
        func histograms(_ slopes: [Slope], _ samples: [Int32]) -> [Slope] {
            var sums = [Slope](repeating: .zero, count: featureCount * binCount)
            bins.withUnsafeBufferPointer { bins in
                sums.withUnsafeMutableBufferPointer { sums in
                    slopes.withUnsafeBufferPointer { slopes in
                        for first in stride(from: 0, to: featureCount, by: Self.together) {
                            let end = min(featureCount, first + Self.together)
                            for sample in samples {
                                let slope = slopes[Int(sample)]
                                let row = Int(sample) * featureCount
                                for feature in first..<end {
                                    sums[feature * binCount + Int(bins[row + feature])] += slope
                                }
                            }
                        }
                    }
                }
            }
            return sums
        }
    }

    /// Gradient, curvature and number of samples, in one vector so that one addition sums all.
    private typealias Slope = SIMD4<Double>

    /// Grows one tree level by level; `places` becomes the leaf of each sample.
    private static func grow(
        _ binning: Binning, _ slopes: [Slope], _ places: inout [Int], _ options: Options
    ) -> Tree {
        var nodes = [Node()]
        var open = [0]
        var members = [slopes.indices.map { Int32($0) }]
        for _ in 0..<options.depth {
            var nextOpen: [Int] = []
            var nextMembers: [[Int32]] = []
            for (node, samples) in zip(open, members) {
                guard let split = bestSplit(binning, slopes, samples, options) else { continue }
                nodes[node].feature = split.feature
                nodes[node].limit = binning.limits[split.feature][split.bin]
                nodes[node].left = nodes.count
                nodes[node].right = nodes.count + 1
                nodes += [Node(), Node()]
                nextOpen += [nodes[node].left, nodes[node].right]
                nextMembers.append(samples.filter { binning.bin($0, split.feature) <= split.bin })
                nextMembers.append(samples.filter { binning.bin($0, split.feature) > split.bin })
                for side in 0..<2 {
                    for sample in nextMembers[nextMembers.count - 2 + side] {
                        places[Int(sample)] = nodes[node].left + side
                    }
                }
            }
            (open, members) = (nextOpen, nextMembers)
        }
        var sums = nodes.map { _ in Slope.zero }
        for index in slopes.indices { sums[places[index]] += slopes[index] }
        for index in nodes.indices where nodes[index].feature < 0 {
            nodes[index].value = -options.rate * sums[index][0] / (sums[index][1] + options.regularization)
        }
        return Tree(nodes: nodes)
    }

    private static func bestSplit(
        _ binning: Binning, _ slopes: [Slope], _ samples: [Int32], _ options: Options
    ) -> (feature: Int, bin: Int)? {
        guard samples.count >= 2 * options.leastInLeaf else { return nil }
        var best: (feature: Int, bin: Int)?
        var bestGain = 1e-9
        let histograms = binning.histograms(slopes, samples)
        for feature in 0..<binning.featureCount {
            let cuts = binning.limits[feature].count
            guard cuts > 0 else { continue }
            let first = feature * binning.binCount
            let histogram = histograms[first...first + cuts]
            let whole = histogram.reduce(.zero, +)
            func worth(_ sum: Slope) -> Double { sum[0] * sum[0] / (sum[1] + options.regularization) }
            let before = worth(whole)
            var left = Slope.zero
            for bin in 0..<cuts {
                left += histogram[first + bin]
                let least = Double(options.leastInLeaf)
                guard left[2] >= least, whole[2] - left[2] >= least else { continue }
                let gain = worth(left) + worth(whole - left) - before
                if gain > bestGain { (best, bestGain) = ((feature, bin), gain) }
            }
        }
        return best
    }
}
