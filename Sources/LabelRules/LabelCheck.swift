import FileReading
import Findings
import Imaging
import YOLODataset

/// How much of each image is read.
public enum ImageReading: String, Sendable, CaseIterable {
    /// Not at all.
    case none
    /// The header.
    case header
    /// Every byte, at an eighth of the size where the format allows.
    case decode
}

/// What the check found.
public struct LabelCheckResult: Sendable {
    /// By file, line, column and code.
    public let findings: [Finding]
    public let images: Int
    public let boxes: Int
    /// Label rows by class id; ids beyond the classes included.
    public let boxesByClass: [Int: Int]
    /// Images that training would drop with all their labels, and the rows that go with them.
    public let droppedImages: Int
    public let droppedBoxes: Int
    public let droppedBoxesByClass: [Int: Int]

    public func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }
}

/// Runs the rules over a dataset.
public enum LabelCheck {
    private struct SampleResult: Sendable {
        var findings: [Finding] = []
        var classes: [Int: Int] = [:]
        var rows = 0
    }

    /// - Parameters:
    ///   - splits: all of the dataset's by default.
    ///   - jobs: worker threads; the result does not depend on it.
    public static func run(
        _ dataset: Dataset, splits: [String]? = nil, reading: ImageReading = .decode, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> LabelCheckResult {
        let listing = try dataset.listSamples(splits: splits)
        let samples = listing.samples
        let results = try WorkerPool.map(
            count: samples.count, jobs: jobs, isCancelled: isCancelled, progress: { progress($0, samples.count) },
            makeState: { () },
            { _, index in check(samples[index], dataset, reading) })
        var findings = RuleRegistry.all.flatMap { $0.check(dataset, listing) }
        var classes: [Int: Int] = [:]
        var droppedClasses: [Int: Int] = [:]
        var droppedImages = 0
        var rowsBySplit: [String: [Int: Int]] = [:]
        // A file that two splits list is checked for each, but reported once.
        var seen: Set<Finding> = []
        for (sample, result) in zip(samples, results) {
            for (id, count) in result.classes { rowsBySplit[sample.split, default: [:]][id, default: 0] += count }
            findings += result.findings.filter { seen.insert($0).inserted }
            let isDropped = result.findings.contains { $0.effect.hasPrefix("dropped") }
            if isDropped { droppedImages += 1 }
            for (id, count) in result.classes {
                classes[id, default: 0] += count
                if isDropped { droppedClasses[id, default: 0] += count }
            }
        }
        let survey = DatasetSurvey(
            dataset: dataset, rowsBySplit: rowsBySplit,
            duplicates: reading == .decode
                ? try DatasetSurvey.duplicates(samples, jobs: jobs, isCancelled: isCancelled) : [])
        findings += RuleRegistry.all.flatMap { $0.check(survey) }
        findings.sort {
            ($0.file, $0.line ?? 0, $0.column ?? 0, $0.code, $0.message)
                < ($1.file, $1.line ?? 0, $1.column ?? 0, $1.code, $1.message)
        }
        return LabelCheckResult(
            findings: findings, images: samples.count, boxes: results.reduce(0) { $0 + $1.rows },
            boxesByClass: classes, droppedImages: droppedImages,
            droppedBoxes: droppedClasses.values.reduce(0, +), droppedBoxesByClass: droppedClasses)
    }

    private static func check(_ sample: DatasetSample, _ dataset: Dataset, _ reading: ImageReading) -> SampleResult {
        var result = SampleResult()
        let (image, size) = read(sample, reading)
        for rule in RuleRegistry.ofImages { result.findings += rule.check(image) }
        guard sample.hasLabelFile else { return result }
        do {
            let labels = try LabelFile.read(sample.labelPath, keypointShape: dataset.keypointShape)
            let facts = LabelFileFacts(
                sample: sample, labels: labels, classCount: dataset.classCount, classNames: dataset.classNames,
                imageSize: size)
            result.rows = labels.rows.count
            for row in labels.rows { result.classes[row.classID ?? -1, default: 0] += 1 }
            for rule in RuleRegistry.ofLabelFiles { result.findings += rule.check(facts) }
        } catch {
            let reason = (error as? FileError)?.message ?? "cannot be read: \(error)"
            let facts = UnreadableLabelFacts(sample: sample, reason: reason)
            result.findings += RuleRegistry.all.flatMap { $0.check(facts) }
        }
        return result
    }

    private static func read(
        _ sample: DatasetSample, _ reading: ImageReading
    ) -> (ImageFacts, size: (width: Int, height: Int)?) {
        guard reading != .none else { return (ImageFacts(sample: sample, unreadable: nil, warning: nil), nil) }
        do {
            let header = try ImageHeader.readFile(sample.imagePath)
            var warning: String?
            var spread: Int?
            if reading == .decode, header.format.isDecoded {
                let decoded = try ImageDecoder.decodeFile(sample.imagePath, scaleDenominator: 8)
                warning = decoded.warning.isEmpty ? nil : decoded.warning
                spread = self.spread(decoded.image.pixels)
            }
            return (
                ImageFacts(sample: sample, unreadable: nil, warning: warning, header: header, spread: spread),
                (header.width, header.height)
            )
        } catch {
            let reason = (error as? FileError)?.message ?? "\(error)"
            return (ImageFacts(sample: sample, unreadable: reason, warning: nil), nil)
        }
    }

    /// The widest range of values in a channel.
    private static func spread(_ pixels: [UInt8]) -> Int {
        var low: [UInt8] = [255, 255, 255]
        var high: [UInt8] = [0, 0, 0]
        pixels.withUnsafeBufferPointer { pixels in
            for channel in 0..<3 {
                for index in stride(from: channel, to: pixels.count, by: 3) {
                    low[channel] = min(low[channel], pixels[index])
                    high[channel] = max(high[channel], pixels[index])
                }
            }
        }
        return (0..<3).map { Int(high[$0]) - Int(low[$0]) }.max() ?? 0
    }
}
