import Foundation
import TextForms

/// Runs beside each other: what they differ in, from when on, and whether a gain is more than seeds make.
public struct RunComparison: Sendable {
    /// A setting that is not the same in all runs.
    public struct Difference: Sendable {
        /// As the trainers call it.
        public let key: String
        /// Run by run; a dash where a run does not say.
        public let values: [String]
    }

    /// Runs that differ in nothing but the seed.
    public struct SeedGroup: Sendable {
        /// Their names.
        public let names: [String]
        /// The best mAP50 of each.
        public let scores: [Double]
        /// Their mean.
        public let mean: Double
        /// Their standard deviation, of the sample.
        public let deviation: Double

        /// A gain of one run over another below this is none: twice the deviation of a difference.
        public var leastGain: Double { 2 * deviation * 2.0.squareRoot() }
    }

    /// In the order given.
    public let names: [String]
    /// Settings that differ, by key; not where a run lies, and not the seed.
    public let settings: [Difference]
    /// Nil where all are the same, or none says.
    public let seeds: Difference?
    /// What tells that the data is not the same.
    public let data: [Difference]
    /// The first epoch in which the training losses of the first run and each other one differ; nil where they never do.
    public let firstDifferences: [(name: String, epoch: Int?)]
    /// Groups of two runs or more.
    public let groups: [SeedGroup]
    /// Settings that let two runs with one seed differ, by key, with the reason.
    public let causes: [(key: String, reason: String)]

    /// Where a run lies and what it is called say nothing about it.
    private static let places: Set<String> = [
        "name", "project", "save_dir", "exist_ok", "seed", "resume", "entity", "local_rank", "upload_dataset",
        "verbose", "plots",
        "noplots", "bbox_interval", "artifact_alias", "epochs_done",
    ]

    /// - Parameter runs: two or more.
    public init(_ runs: [TrainingRun]) {
        names = runs.map(\.name)
        let keys = Set(runs.flatMap(\.settings.entries.keys)).sorted()
        func difference(_ key: String) -> Difference? {
            let values = runs.map { $0.settings.text(key) ?? Figure.none }
            return Set(values).count > 1 ? Difference(key: key, values: values) : nil
        }
        let all = keys.filter { !Self.places.contains($0) && $0 != "data" }.compactMap(difference)
        settings = all
        seeds = difference("seed")
        var data = [difference("data")].compactMap { $0 }
        func figures(_ key: String, _ value: (TrainingRun) -> Int?) {
            let values = runs.map { value($0).map(String.init) ?? Figure.none }
            if Set(values).count > 1 { data.append(Difference(key: key, values: values)) }
        }
        for split in ["train", "val"] {
            figures("images of \(split)") { $0.console?.scans[split]?.images ?? $0.data?.splits[split]?.images }
            figures("images of \(split) that were left out") { $0.console?.scans[split]?.corrupt }
            figures("boxes of \(split)") { $0.data?.splits[split]?.boxes.values.reduce(0, +) }
        }
        self.data = data
        firstDifferences = runs.dropFirst().map { other in
            (other.name, runs.first.flatMap { first in Self.firstDifference(first, other) })
        }
        groups = Self.groups(runs)
        causes = Self.causes(runs)
    }

    private static func firstDifference(_ a: TrainingRun, _ b: TrainingRun) -> Int? {
        let columns = a.table.columns.filter { $0.isLoss(.train) && b.table.columns.contains($0) }
        for row in a.table.rows {
            guard let other = b.table.rows.first(where: { $0.epoch == row.epoch }) else { return row.epoch }
            for column in columns {
                guard let x = row.values[column], let y = other.values[column] else { continue }
                if x != y, !(x.isNaN && y.isNaN) { return row.epoch }
            }
        }
        return b.table.rows.last.flatMap { last in
            last.epoch > (a.table.rows.last?.epoch ?? 0) ? (a.table.rows.last?.epoch ?? 0) + 1 : nil
        }
    }

    private static func groups(_ runs: [TrainingRun]) -> [SeedGroup] {
        var kinds: [(key: [String: String], runs: [TrainingRun])] = []
        for run in runs {
            let key = run.settings.entries.filter { !places.contains($0.key) }.mapValues(\.text)
            guard !key.isEmpty, run.settings.entries["seed"] != nil else { continue }
            if let at = kinds.firstIndex(where: { $0.key == key }) {
                kinds[at].runs.append(run)
            } else {
                kinds.append((key, [run]))
            }
        }
        return kinds.compactMap { kind in
            let seeds = Set(kind.runs.compactMap { $0.settings.text("seed") })
            let scored = kind.runs.compactMap { run in run.table.mainScore.most.map { (run.name, $0) } }
            guard seeds.count > 1, scored.count > 1 else { return nil }
            let scores = scored.map(\.1)
            let mean = scores.reduce(0, +) / Double(scores.count)
            let sum = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return SeedGroup(
                names: scored.map(\.0), scores: scores, mean: mean,
                deviation: (sum / Double(scores.count - 1)).squareRoot())
        }
    }

    private static func causes(_ runs: [TrainingRun]) -> [(key: String, reason: String)] {
        func any(_ test: (RunSettings) -> Bool) -> Bool { runs.contains { test($0.settings) } }
        var causes: [(key: String, reason: String)] = []
        if any({ $0.flag("deterministic") == false }) {
            causes.append(("deterministic=False", "kernels are chosen by their speed of the moment (cudnn.benchmark)"))
        }
        if any({ $0.flag("amp") == true }) {
            causes.append(("amp=True", "half precision and TF32 round in another order on another GPU"))
        }
        if any({ ($0.whole("workers") ?? 0) > 0 }) {
            causes.append(
                ("workers", "each worker has random numbers of its own: another number of workers is another run"))
        }
        if any({ $0.text("device")?.contains(",") ?? false }) {
            causes.append(("device", "several devices add gradients in an order of their own"))
        }
        if any({ $0.text("cache") == "ram" && ($0.whole("workers") ?? 0) > 1 }) {
            causes.append(("cache", "images are cached by several workers"))
        }
        return causes
    }

    /// The gain of the best other run over the first, and whether seeds alone make as much; nil where no group says.
    public func verdict(_ runs: [TrainingRun]) -> (best: String, gain: Double, isReal: Bool)? {
        guard let group = groups.first, let base = runs.first?.table.mainScore.most else { return nil }
        // Runs that differ from the first in the seed alone are the spread, not a gain.
        let same = groups.first { $0.names.contains(runs[0].name) }?.names ?? []
        let best = runs.dropFirst().filter { !same.contains($0.name) }
            .compactMap { run in run.table.mainScore.most.map { (run.name, $0) } }.max { $0.1 < $1.1 }
        guard let best else { return nil }
        let gain = best.1 - base
        return (best.0, gain, abs(gain) > group.leastGain)
    }
}
