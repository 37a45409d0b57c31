import FileReading
import Randomness
import YOLOModel

/// Anchors measured on boxes that they were not fitted to.
public struct CrossValidation: Hashable, Sendable {
    /// How many parts there were, each held out once.
    public let folds: Int
    /// Means over the folds of the figures on the part held out.
    public let newFitness: Double
    /// Best possible recall of the new anchors, the mean over the folds.
    public let newRecall: Double
    /// Fitness of the anchors in use on the same parts; nil where there are none.
    public let currentFitness: Double?
    /// Best possible recall of the anchors in use on the same parts; nil where there are none.
    public let currentRecall: Double?

    /// Fits to all folds but one and measures on that one, for each. All boxes of a label file fall in one fold, drawn
    /// from the seed.
    ///
    /// - Returns: nil for fewer than two folds, or fewer label files than folds.
    static func run(
        _ boxes: AnchorBoxes, _ sizes: BoxSizes, _ options: AnchorFit.Options, current: [AnchorSize]?, folds: Int,
        jobs: Int, isCancelled: @Sendable @escaping () -> Bool
    ) throws -> CrossValidation? {
        var files: [String: Int] = [:]
        let fileOf = boxes.sources.map { source -> Int in
            if let known = files[source.label] { return known }
            let next = files.count
            files[source.label] = next
            return next
        }
        guard folds >= 2, files.count >= folds else { return nil }
        let shuffled = (0..<files.count).sorted {
            let a = CounterBasedNumber.bits(seed: options.seed, counter: UInt64($0))
            let b = CounterBasedNumber.bits(seed: options.seed, counter: UInt64($1))
            return (a, $0) < (b, $1)
        }
        var foldOf = [Int](repeating: 0, count: files.count)
        for (place, file) in shuffled.enumerated() { foldOf[file] = place % folds }
        let foldOfFile = foldOf
        let parts = try WorkerPool.map(
            count: folds, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, fold -> (new: AnchorMetrics, current: AnchorMetrics?) in
                let held = fileOf.indices.filter { foldOfFile[fileOf[$0]] == fold }
                let rest = fileOf.indices.filter { foldOfFile[fileOf[$0]] != fold }
                let fitted = AnchorFit.fit(sizes.part(rest), options)
                let part = sizes.part(held)
                return (
                    AnchorMetrics.measure(fitted, on: part), current.map { AnchorMetrics.measure($0, on: part) }
                )
            })
        func mean(_ figure: ((new: AnchorMetrics, current: AnchorMetrics?)) -> Double) -> Double {
            parts.reduce(0) { $0 + figure($1) } / Double(folds)
        }
        return CrossValidation(
            folds: folds, newFitness: mean { $0.new.fitness }, newRecall: mean { $0.new.bestPossibleRecall },
            currentFitness: current == nil ? nil : mean { $0.current?.fitness ?? 0 },
            currentRecall: current == nil ? nil : mean { $0.current?.bestPossibleRecall ?? 0 })
    }
}
