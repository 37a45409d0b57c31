import FileReading

/// How probable it is that a label is wrong, and in which way: the labels as they are, taken for a mixture of right
/// ones and of ones like those that were planted.
///
/// Trees tell planted from real labels; where the planted ones of a kind are q times as dense as right ones, and a part
/// π of all labels is of that kind, the probability is πq/(1 − Σπ + Σπq). The parts are not known: the first trees give
/// them by how rare real labels are where planted ones are the densest (Elkan and Noto, 2008). Then the trees are grown
/// again with labels counting as right only as far as they are not probably wrong, and the parts follow the mean
/// probabilities, a few times over (expectation–maximisation). An image's labels are judged by trees grown without that
/// image.
package struct ErrorMixture {
    /// A label as it is, or one that was planted.
    package struct Sample: Sendable {
        /// Samples of one group are never on both sides.
        var group: Int
        var features: [Float]
        /// 0 for a label as it is, else a planted kind.
        var kind: Int
        /// The place of the group among those that trees may grow on; nil: it is only judged.
        var teaching: Int?
    }

    /// How the parts are found.
    package struct Options: Sendable {
        var rounds = 5
        var folds = 3
        /// Labels as they are that trees grow on, about; more than that are only judged.
        var most = 12_000
        var trees = BoostedTrees.Options()
        var jobs = 1

        package init() {}
    }

    /// No dataset is taken to be freer of a kind than this: errors need not look quite like planted ones.
    private static let leastPart = 0.005
    /// Nor is more than this of it believed to be wrong in one way, before the mean probabilities say so.
    private static let mostPart = 0.1

    /// For each sample that is a label as it is, in order: the probability of each kind, from kind 1 on, one after the other.
    package let probabilities: [Double]
    /// The part of the labels that is of each kind, as estimated.
    let parts: [Double]

    /// - Parameter kinds: planted kinds, numbered from 1.
    /// - Throws: nothing of its own.
    package init(_ samples: [Sample], kinds: Int, options: Options = .init()) throws {
        // Of each sample, which of the labels as they are it is.
        var places = [Int32](repeating: -1, count: samples.count)
        var real = 0
        for index in samples.indices where samples[index].kind == 0 {
            places[index] = Int32(clamping: real)
            real += 1
        }
        var parts = [Double](repeating: 0, count: kinds)
        var probabilities = [Double](repeating: 0, count: real * kinds)
        // Every n-th group grows trees where there are many; those that do not teach are none of them.
        let teaching = samples.count { $0.kind == 0 && $0.teaching != nil }
        let thinning = max(1, (teaching + options.most - 1) / options.most)
        var counts = [Int](repeating: 0, count: kinds + 1)
        for sample in samples { counts[sample.kind] += 1 }
        @Sendable func isJudged(_ index: Int, _ fold: Int, _ round: Int) -> Bool {
            samples[index].group % options.folds == fold && (round == 0 || samples[index].kind == 0)
        }
        for round in 0..<options.rounds where real > 0 {
            var weights = places.map { place -> Double in
                guard place >= 0 else { return 0 }
                return max(0, 1 - probabilities[Int(place) * kinds..<(Int(place) + 1) * kinds].reduce(0, +))
            }
            let right = weights.indices.reduce(0) { samples[$1].teaching != nil ? $0 + weights[$1] : $0 }
            for index in samples.indices where samples[index].kind > 0 {
                weights[index] = right / Double(counts[samples[index].kind])
            }
            let fixed = weights
            let judged = try WorkerPool.map(
                count: options.folds, jobs: options.jobs, makeState: {},
                { _, fold -> [Double] in
                    let grown = samples.indices.filter {
                        guard let place = samples[$0].teaching else { return false }
                        return samples[$0].group % options.folds != fold && place / options.folds % thinning == 0
                    }
                    let trees = BoostedTrees(
                        grown.map { samples[$0].features }, classes: grown.map { samples[$0].kind },
                        weights: grown.map { fixed[$0] }, classCount: kinds + 1, options: options.trees)
                    var ratios: [Double] = []
                    for index in samples.indices where isJudged(index, fold, round) {
                        ratios += Self.ratios(trees.probabilities(samples[index].features))
                    }
                    return ratios
                })
            if round == 0 {
                for kind in 0..<kinds {
                    var ratios: [Double] = []
                    for fold in judged.indices {
                        let own = samples.indices.lazy.filter { isJudged($0, fold, round) }
                        for (row, index) in own.enumerated() where samples[index].kind == kind + 1 {
                            ratios.append(judged[fold][row * kinds + kind])
                        }
                    }
                    parts[kind] = Self.part(ratios)
                }
            }
            let whole = parts.reduce(0, +)
            for fold in judged.indices {
                for (row, index) in samples.indices.lazy.filter({ isJudged($0, fold, round) }).enumerated() {
                    guard places[index] >= 0 else { continue }
                    let first = Int(places[index]) * kinds
                    var sum = 0.0
                    for kind in 0..<kinds {
                        probabilities[first + kind] = judged[fold][row * kinds + kind] * parts[kind]
                        sum += probabilities[first + kind]
                    }
                    // Against labels as they are, wrong ones among them, the density is all there is; against right ones
                    // it is the part that is not wrong.
                    let total = round == 0 ? max(1, sum) : max(1 - whole, 1e-6) + sum
                    for kind in 0..<kinds { probabilities[first + kind] /= total }
                }
            }
            guard round > 0 else { continue }
            for kind in 0..<kinds {
                let mean =
                    stride(from: kind, to: probabilities.count, by: kinds).reduce(0) { $0 + probabilities[$1] }
                    / Double(real)
                parts[kind] = min(max(mean, Self.leastPart), 0.4)
            }
        }
        self.probabilities = probabilities
        self.parts = parts
    }

    /// From what trees say of equally many samples of all kinds: how much denser each kind is than what is real.
    private static func ratios(_ balanced: [Double]) -> [Double] {
        balanced.dropFirst().map { $0 / max(balanced[0], 1e-12) }
    }

    /// Where nothing is right, planted labels are 1/π times as dense as real ones: π is what the upper quarter of the
    /// ratios at planted labels says. Where that is more than anybody believes, the predictions hardly tell planted from
    /// real labels, and only the highest ratios say anything.
    private static func part(_ ratios: [Double]) -> Double {
        guard !ratios.isEmpty else { return leastPart }
        let sorted = ratios.sorted()
        let parts = [75, 90, 97].map { 1 / max(sorted[ratios.count * $0 / 100], 1e-12) }
        return min(max(parts.first { $0 <= mostPart } ?? mostPart, leastPart), mostPart)
    }
}
