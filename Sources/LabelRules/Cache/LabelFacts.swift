import FileReading
import Imaging
import YOLODataset

/// Facts about the files of a run of samples, as workers find them and a merge takes them.
///
/// A merge checks with them as with a cache: what has changed since is read again.
package struct LabelFacts: Sendable {
    /// A run of samples.
    private struct Run: Sendable {
        let first: Int
        let bytes: [UInt8]
        /// Where the record of each is; empty where nothing is known.
        let places: [Range<Int>]
    }

    private var runs: [Run] = []
    private let classCount: Int

    /// Of no sample yet.
    ///
    /// - Parameter classCount: of the dataset.
    package init(classCount: Int) { self.classCount = classCount }

    /// Takes the facts about the samples that follow on those so far.
    ///
    /// - Parameters:
    ///   - bytes: what `measure` gave.
    ///   - range: its samples.
    /// - Returns: whether that is what it is.
    package mutating func add(_ bytes: [UInt8], of range: Range<Int>) -> Bool {
        let places = bytes.withUnsafeBufferPointer { buffer -> [Range<Int>]? in
            var scanner = ByteScanner(buffer)
            var places: [Range<Int>] = []
            for _ in 0..<scanner.count() { places.append(scanner.skipRaw()) }
            return scanner.isAtEnd ? places : nil
        }
        guard let places, places.count == range.count else { return false }
        let run = Run(first: range.lowerBound, bytes: bytes, places: places)
        guard range.allSatisfy({ places[$0 - run.first].isEmpty || Self.record(run, $0, classCount) != nil }) else {
            return false
        }
        runs.append(run)
        return true
    }

    /// What is known of a sample; nil for nothing.
    func record(_ number: Int) -> SampleRecord? {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].first <= number { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let run = runs[low - 1]
        guard number - run.first < run.places.count else { return nil }
        return Self.record(run, number, classCount)
    }

    private static func record(_ run: Run, _ number: Int, _ classCount: Int) -> SampleRecord? {
        let place = run.places[number - run.first]
        guard !place.isEmpty else { return nil }
        return run.bytes.withUnsafeBufferPointer { bytes in
            var scanner = ByteScanner(UnsafeBufferPointer(rebasing: bytes[place]))
            var record = SampleRecord(&scanner, classCount: classCount)
            if scanner.byte() != 0 {
                guard let grid = PictureGrid(cells: scanner.plain(PictureGrid.side * PictureGrid.side)) else {
                    return nil
                }
                record.image?.grid = grid
            }
            return scanner.isAtEnd ? record : nil
        }
    }

    // MARK: Finding them

    /// Reads the files of a run of samples.
    ///
    /// - Parameters:
    ///   - settings: as those of the check that the facts are for.
    ///   - range: of the samples of the settings' splits, in the order of the listing.
    ///   - listed: when that was, in seconds since 1970: facts of files that changed later, or shortly before, are left
    ///     out, so that what is kept does not hang on when a worker starts.
    package static func measure(
        _ dataset: Dataset, settings: CheckSettings, range: Range<Int>, listed: Int64, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> [UInt8] {
        let samples = try dataset.listSamples(splits: settings.splits).samples
        var settings = settings
        settings.task = RecognisedTask(of: dataset, samples)
        let known = settings
        let tallies = try WorkerPool.fold(
            count: range.count, jobs: jobs, isCancelled: isCancelled, progress: { progress($0, range.count) },
            makeState: { SampleChecker(dataset: dataset, settings: known, source: .shard(listed)) },
            { checker, place in
                let number = range.lowerBound + place
                checker.check(samples[number], number: number)
            }
        ).map { checker in
            var checker = checker
            return checker.finish()
        }
        var places = [(tally: Int, range: Range<Int>)?](repeating: nil, count: range.count)
        for (tally, made) in tallies.enumerated() {
            for record in made.records {
                places[Int(record.sample) - range.lowerBound] = (tally, record.start..<record.end)
            }
        }
        var writer = ByteWriter()
        writer.number(range.count)
        for place in places {
            writer.raw(place.map { tallies[$0.tally].recordBytes.bytes[$0.range] } ?? [])
        }
        return writer.bytes
    }
}

/// Where a check takes known facts from, and what becomes of those that it finds.
enum FactSource: Sendable {
    /// Nothing is known, and nothing is kept.
    case none
    /// Facts of earlier runs, to which new ones are added.
    case cache(FactCache)
    /// Nothing is known; what had not changed for a while at that time, in seconds since 1970, is kept, with what
    /// pictures show.
    case shard(Int64)
    /// What workers have found; nothing is kept.
    case parts(LabelFacts)

    /// Whether a later run is to know what this one has read.
    var keepsFacts: Bool {
        switch self {
        case .none, .parts: false
        case .cache, .shard: true
        }
    }
}
