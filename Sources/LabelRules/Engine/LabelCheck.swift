import CheckedNumbers
import FileReading
import Findings
import Imaging
import YOLODataset

/// Runs the rules over a dataset.
public enum LabelCheck {
    /// - Parameter jobs: worker threads; the result does not depend on it.
    public static func run(
        _ dataset: Dataset, settings: CheckSettings = CheckSettings(), jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> LabelCheckResult {
        try run(dataset, settings: settings, facts: nil, jobs: jobs, isCancelled: isCancelled, progress: progress)
    }

    /// - Parameters:
    ///   - facts: what workers have found; the cache is then neither read nor written.
    ///   - jobs: worker threads; the result does not depend on it.
    package static func run(
        _ dataset: Dataset, settings: CheckSettings, facts: LabelFacts?, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> LabelCheckResult {
        let listing = try dataset.listSamples(splits: settings.splits)
        let samples = listing.samples
        var settings = settings
        settings.task = RecognisedTask(of: dataset, samples)
        let known = settings
        let cache = facts == nil ? settings.cachePath.map { FactCache($0, dataset: dataset, settings: known) } : nil
        let source = facts.map(FactSource.parts) ?? cache.map(FactSource.cache) ?? .none
        let tallies = try WorkerPool.fold(
            count: samples.count, jobs: jobs, isCancelled: isCancelled, progress: { progress($0, samples.count) },
            makeState: { SampleChecker(dataset: dataset, settings: known, source: source) },
            { checker, number in checker.check(samples[number], number: number) }
        ).map { checker in
            var checker = checker
            return checker.finish()
        }
        if let cache, tallies.contains(where: { $0.misses > 0 }) { cache.write(samples, tallies) }
        let survey = try survey(dataset, listing, tallies, settings, jobs: jobs, isCancelled: isCancelled)
        let findings = try findings(listing, tallies, survey, settings, jobs: jobs)
        let lost = tallies.reduce(into: [Int: Int]()) { $0.merge($1.lostRowsByClass, uniquingKeysWith: +) }
        return LabelCheckResult(
            findings: findings, images: samples.count, boxes: survey.profile.rows,
            boxesByClass: survey.rowsByClass,
            droppedImages: tallies.reduce(0) { $0 + $1.lostImages.count },
            droppedBoxes: lost.values.reduce(0, +), droppedBoxesByClass: lost, trainer: settings.trainer,
            task: settings.task, profile: survey.profile, stops: survey.start.reasons.map(\.message))
    }

    /// What the samples say together.
    private static func survey(
        _ dataset: Dataset, _ listing: SampleListing, _ tallies: [SampleTally], _ settings: CheckSettings, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool
    ) throws -> DatasetSurvey {
        let samples = listing.samples
        var start = TrainingStart(dataset, listing, splits: settings.splits)
        for tally in tallies { for (number, rows) in tally.kept { start.add(samples[number], rows: rows) } }
        return DatasetSurvey(
            dataset: dataset, profile: tallies.reduce(into: DatasetProfile()) { $0.add($1.profile) },
            thresholds: settings.thresholds, samples: samples,
            twins: settings.reading == .decode
                ? try ImageTwins(
                    tallies.flatMap(\.contents), samples: samples,
                    bits: Int(clamping: settings.thresholds[ImageTwins.nearDuplicateBits]), jobs: jobs,
                    isCancelled: isCancelled)
                : ImageTwins(),
            hasPictures: settings.reading == .decode,
            swaps: tallies.reduce(into: SwapEvidence()) { $0.add($1.swaps) },
            orientations: tallies.reduce(into: OrientationEvidence()) { $0.add($1.orientations) },
            start: start,
            undecoded: undecoded(tallies).map { ($0.key, $0.value.count, samples[$0.value.first]) },
            condenses: settings.condenses,
            task: settings.task, rowForms: tallies.reduce(into: RowForms()) { $0.add($1.rowForms) })
    }

    private static func undecoded(
        _ tallies: [SampleTally]
    ) -> [(key: ImageFormat, value: (count: Int, first: Int))] {
        tallies.reduce(into: [ImageFormat: (count: Int, first: Int)]()) {
            $0.merge($1.undecoded) { ($0.count + $1.count, min($0.first, $1.first)) }
        }.sorted { $0.key.rawValue < $1.key.rawValue }
    }

    /// All findings, by file, line, column, code and message, with the severities that the person set.
    private static func findings(
        _ listing: SampleListing, _ tallies: [SampleTally], _ survey: DatasetSurvey, _ settings: CheckSettings,
        jobs: Int
    ) throws -> [Finding] {
        // What is said of the dataset as a whole, each rule on its own.
        let ofDataset = try WorkerPool.map(
            count: RuleRegistry.all.count, jobs: jobs, makeState: { () },
            { _, index in
                let rule = RuleRegistry.all[index]
                return (listing: rule.check(survey.dataset, listing), survey: rule.check(survey))
            })
        var findings = ofDataset.flatMap(\.listing)
        var bySample = [[Finding]](repeating: [], count: listing.samples.count)
        for tally in tallies { for (sample, found) in tally.findings { bySample[sample] = found } }
        for found in bySample { findings += found }
        // A file that two splits list is checked for each, but reported once.
        if listing.listsFilesTwice {
            var seen: Set<ReportedFinding> = []
            findings = findings.filter { seen.insert(ReportedFinding($0)).inserted }
        }
        if settings.condenses {
            findings = SystematicErrors.condense(
                findings, labelFiles: listing.samples.count(where: \.hasLabelFile), images: listing.samples.count)
        }
        findings += ofDataset.flatMap(\.survey)
        if !settings.severities.isEmpty {
            for index in findings.indices {
                if let severity = settings.severity(ofCode: findings[index].code) {
                    findings[index].severity = severity
                }
            }
        }
        findings.sort(by: isBefore)
        // What was said of the dataset may have been said of one of its files: the same stands side by side now.
        var places: [Int] = []
        places.reserveCapacity(findings.count)
        for index in findings.indices {
            let equals = places.reversed().prefix { !isBefore(findings[$0], findings[index]) }
            if equals.contains(where: { ReportedFinding(findings[$0]) == ReportedFinding(findings[index]) }) {
                continue
            }
            places.append(index)
        }
        return places.count == findings.count ? findings : places.map { findings[$0] }
    }

    private static func isBefore(_ a: Finding, _ b: Finding) -> Bool {
        (a.file, a.line ?? 0, a.column ?? 0, a.code, a.message) < (
            b.file, b.line ?? 0, b.column ?? 0, b.code, b.message
        )
    }

    /// A finding in a file of exactly that name.
    private struct ReportedFinding: Hashable {
        let file: ExactText
        let finding: Finding

        init(_ finding: Finding) {
            file = ExactText(finding.file)
            self.finding = finding
        }
    }
}
