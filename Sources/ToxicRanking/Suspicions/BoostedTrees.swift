import Foundation

/// Gradient-boosted decision trees for a few classes: softmax, histograms over quantiles, second-order leaves.
///
/// Every sum runs in one order in double precision: the same input gives the same trees.
package struct BoostedTrees: Sendable {
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
        var scores = used.map { _ in start }
        let ownClasses = used.map { classes[$0] }
        let ownWeights = used.map { weights[$0] }
        var gradients = [Double](repeating: 0, count: used.count)
        var curvatures = gradients
        for _ in 0..<options.rounds {
            let probabilities = scores.map(Self.softmax)
            var trees: [Tree] = []
            for id in 0..<classCount {
                for index in used.indices {
                    let p = probabilities[index][id]
                    gradients[index] = ownWeights[index] * (p - (ownClasses[index] == id ? 1 : 0))
                    curvatures[index] = ownWeights[index] * max(p * (1 - p), 1e-9)
                }
                var places = [Int](repeating: 0, count: used.count)
                let tree = Self.grow(binning, gradients, curvatures, &places, options)
                for index in used.indices { scores[index][id] += tree.nodes[places[index]].value }
                trees.append(tree)
            }
            rounds.append(trees)
        }
    }

    package func probabilities(_ features: [Float]) -> [Double] {
        var scores = start
        for trees in rounds {
            for (id, tree) in trees.enumerated() { scores[id] += tree.value(features) }
        }
        return Self.softmax(scores)
    }

    private static func softmax(_ scores: [Double]) -> [Double] {
        let most = scores.max() ?? 0
        let powers = scores.map { exp($0 - most) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    /// Features as numbers of quantiles.
    private struct Binning {
        /// The upper limits of all bins but the last, a feature each.
        let limits: [[Float]]
        /// `[feature][sample]`
        let bins: [[UInt8]]
        let binCount: Int

        package init(_ rows: [[Float]], featureCount: Int, bins count: Int) {
            binCount = count
            var limits: [[Float]] = []
            var bins: [[UInt8]] = []
            for feature in 0..<featureCount {
                let column = rows.map { $0[feature] }
                let sorted = column.sorted()
                var cuts: [Float] = []
                for cut in 1..<count {
                    let at = sorted[min(sorted.count - 1, sorted.count * cut / count)]
                    if at > cuts.last ?? -.infinity, at < sorted[sorted.count - 1] { cuts.append(at) }
                }
                limits.append(cuts)
                bins.append(
                    column.map { value in
                        var low = 0
                        var high = cuts.count
                        while low < high {
                            let middle = (low + high) / 2
                            if value > cuts[middle] { low = middle + 1 } else { high = middle }
                        }
                        return UInt8(low)
                    })
            }
            self.limits = limits
            self.bins = bins
        }
    }

    private struct Bin {
        var gradient = 0.0
        var curvature = 0.0
        var count = 0
    }

    /// Grows one tree level by level; `places` becomes the leaf of each sample.
    private static func grow(
        _ binning: Binning, _ gradients: [Double], _ curvatures: [Double], _ places: inout [Int], _ options: Options
    ) -> Tree {
        var nodes = [Node()]
        var open = [0]
        var members = [Array(gradients.indices)]
        for _ in 0..<options.depth {
            var nextOpen: [Int] = []
            var nextMembers: [[Int]] = []
            for (node, samples) in zip(open, members) {
                guard let split = bestSplit(binning, gradients, curvatures, samples, options) else { continue }
                nodes[node].feature = split.feature
                nodes[node].limit = binning.limits[split.feature][split.bin]
                nodes[node].left = nodes.count
                nodes[node].right = nodes.count + 1
                nodes += [Node(), Node()]
                let column = binning.bins[split.feature]
                nextOpen += [nodes[node].left, nodes[node].right]
                nextMembers.append(samples.filter { column[$0] <= split.bin })
                nextMembers.append(samples.filter { column[$0] > split.bin })
                for side in 0..<2 {
                    for sample in nextMembers[nextMembers.count - 2 + side] { places[sample] = nodes[node].left + side }
                }
            }
            (open, members) = (nextOpen, nextMembers)
        }
        var sums = nodes.map { _ in Bin() }
        for index in gradients.indices {
            sums[places[index]].gradient += gradients[index]
            sums[places[index]].curvature += curvatures[index]
        }
        for index in nodes.indices where nodes[index].feature < 0 {
            nodes[index].value = -options.rate * sums[index].gradient / (sums[index].curvature + options.regularization)
        }
        return Tree(nodes: nodes)
    }

    private static func bestSplit(
        _ binning: Binning, _ gradients: [Double], _ curvatures: [Double], _ samples: [Int], _ options: Options
    ) -> (feature: Int, bin: Int)? {
        guard samples.count >= 2 * options.leastInLeaf else { return nil }
        var best: (feature: Int, bin: Int)?
        var bestGain = 1e-9
        var histogram = [Bin](repeating: Bin(), count: binning.binCount)
        for feature in binning.bins.indices {
            let cuts = binning.limits[feature].count
            guard cuts > 0 else { continue }
            for bin in 0...cuts { histogram[bin] = Bin() }
            binning.bins[feature].withUnsafeBufferPointer { column in
                histogram.withUnsafeMutableBufferPointer { histogram in
                    for sample in samples {
                        let bin = Int(column[sample])
                        histogram[bin].gradient += gradients[sample]
                        histogram[bin].curvature += curvatures[sample]
                        histogram[bin].count += 1
                    }
                }
            }
            var whole = Bin()
            for bin in 0...cuts {
                whole.gradient += histogram[bin].gradient
                whole.curvature += histogram[bin].curvature
            }
            func worth(_ gradient: Double, _ curvature: Double) -> Double {
                gradient * gradient / (curvature + options.regularization)
            }
            let before = worth(whole.gradient, whole.curvature)
            var left = Bin()
            for bin in 0..<cuts {
                left.gradient += histogram[bin].gradient
                left.curvature += histogram[bin].curvature
                left.count += histogram[bin].count
                guard left.count >= options.leastInLeaf, samples.count - left.count >= options.leastInLeaf else {
                    continue
                }
                let gain =
                    worth(left.gradient, left.curvature)
                    + worth(whole.gradient - left.gradient, whole.curvature - left.curvature) - before
                if gain > bestGain { (best, bestGain) = ((feature, bin), gain) }
            }
        }
        return best
    }
}
