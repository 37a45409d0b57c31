import FileReading

/// How probable it is that a label is wrong, and in which way: the labels as they are, taken for a mixture of right
/// ones and of ones like those that were planted.
///
/// Trees tell planted from real labels; where the planted ones of a kind are q times as dense as right ones, and a part
/// π of all labels is of that kind, the probability is πq/(1 − Σπ + Σπq). The parts are not known: the labels' own
/// probabilities are averaged for them, and the trees are grown again with labels counting as right only as far as they
/// are not probably wrong, a few times over (expectation–maximisation). An image's labels are judged by trees grown
/// without that image.
package struct ErrorMixture {
    package struct Sample: Sendable {
        /// Samples of one group are never on both sides.
        var group: Int
        var features: [Float]
        /// 0 for a label as it is, else a planted kind.
        var kind: Int
    }

    package struct Options: Sendable {
        var rounds = 8
        var folds = 3
        /// The part of all labels that the kinds are taken to hold at first.
        var expected = 0.12
        /// Labels as they are that trees grow on; more than that are only judged.
        var most = 12_000
        var trees = BoostedTrees.Options()
        var jobs = 1

        package init() {}
    }

    /// For each sample that is a label as it is, in order: the probability of each kind, from kind 1 on.
    package let probabilities: [[Double]]
    /// The part of the labels that is of each kind, as estimated.
    let parts: [Double]

    package init(_ samples: [Sample], kinds: Int, options: Options = .init()) throws {
        let real = samples.indices.filter { samples[$0].kind == 0 }
        var parts = [Double](repeating: options.expected / Double(kinds), count: kinds)
        var probabilities = real.map { _ in [Double](repeating: 0, count: kinds) }
        // Every n-th group grows trees where there are many.
        let thinning = max(1, (real.count + options.most - 1) / options.most)
        var counts = [Int](repeating: 0, count: kinds + 1)
        for sample in samples { counts[sample.kind] += 1 }
        let places = Dictionary(uniqueKeysWithValues: real.enumerated().map { ($1, $0) })
        for _ in 0..<options.rounds {
            var weights = samples.indices.map { index in
                places[index].map { max(0, 1 - probabilities[$0].reduce(0, +)) } ?? 0
            }
            let right = weights.reduce(0, +)
            for index in samples.indices where samples[index].kind > 0 {
                weights[index] = right / Double(counts[samples[index].kind])
            }
            let fixed = weights
            let known = parts
            let judged = try WorkerPool.map(
                count: options.folds, jobs: options.jobs, makeState: {},
                { _, fold -> [(Int, [Double])] in
                    let grown = samples.indices.filter {
                        samples[$0].group % options.folds != fold
                            && samples[$0].group / options.folds % thinning == 0
                    }
                    let trees = BoostedTrees(
                        grown.map { samples[$0].features }, classes: grown.map { samples[$0].kind },
                        weights: grown.map { fixed[$0] }, classCount: kinds + 1, options: options.trees)
                    return real.indices.filter { samples[real[$0]].group % options.folds == fold }.map { place in
                        (place, Self.mix(trees.probabilities(samples[real[place]].features), known))
                    }
                })
            for (place, found) in judged.joined() { probabilities[place] = found }
            for kind in 0..<kinds where !real.isEmpty {
                let mean = probabilities.reduce(0) { $0 + $1[kind] } / Double(real.count)
                parts[kind] = min(max(mean, 1e-3 / Double(kinds)), 0.4)
            }
        }
        self.probabilities = probabilities
        self.parts = parts
    }

    /// From what the trees say of equally many samples of all kinds to the probability of each kind.
    private static func mix(_ balanced: [Double], _ parts: [Double]) -> [Double] {
        let right = max(balanced[0], 1e-12)
        let weighted = zip(balanced.dropFirst(), parts).map { $0 / right * $1 }
        let whole = max(1 - parts.reduce(0, +), 1e-6) + weighted.reduce(0, +)
        return weighted.map { $0 / whole }
    }
}
