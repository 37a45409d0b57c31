import FileReading
import Findings
import Imaging
import TextForms
import YOLODataset

/// What a trainer makes of one image with its labels.
public struct SampleVerdict: Sendable {
    /// The image, with its label file.
    public let sample: DatasetSample
    /// Why it is refused; nil where it is taken.
    public let refusal: String?
    /// Whether the trainer writes the image file anew.
    public let isRewritten: Bool
    /// What becomes of each row; of an unreadable file, nothing.
    public let labels: LabelJudgement
    /// Lines of `labels.rows`.
    public let lines: [Int]

    /// Reads the image whole, and its labels.
    public init(
        _ sample: DatasetSample, dataset: Dataset, trainer: Trainer, task: RecognisedTask = RecognisedTask()
    ) {
        self.sample = sample
        var pillow: PillowImage?
        if let bytes = try? FileReading.bytes(ofFile: sample.imagePath) {
            pillow = bytes.withUnsafeBufferPointer { PillowImage($0) }
        }
        var labels = LabelJudgement()
        var lines: [Int] = []
        var unreadable: String?
        if sample.hasLabelFile {
            do {
                let bytes = try FileReading.bytes(ofFile: sample.labelPath, limit: LabelFile.largestFile)
                let file = LabelFile.parse(bytes, keypointShape: dataset.keypointShape)
                labels = LabelJudgement(
                    file, bytes: bytes[...], trainer: trainer, classCount: dataset.classCount,
                    keypointShape: dataset.keypointShape, task: task)
                lines = file.rows.map(\.line)
            } catch {
                // What is no regular file counts as missing.
                let isRegular =
                    OpenFolder(sample.folder.labelFolder)
                    .identity(sample.folder.labels, Int(sample.folder.labelPlaces[sample.index])) != nil
                if isRegular { unreadable = (error as? FileError)?.message ?? "\(error)" }
            }
        }
        let imageRefusal = pillow.map { $0.refusal(by: trainer) } ?? "the image cannot be read"
        refusal = imageRefusal ?? labels.refusal ?? unreadable
        isRewritten = pillow?.isRewritten(by: trainer) ?? false
        self.labels = labels
        self.lines = lines
    }

    /// What a trainer makes of every image of some splits, as JSON, one object a line without its end.
    ///
    /// - Parameter splits: nil for all.
    public static func lines(
        _ dataset: Dataset, splits: [String]?, trainer: Trainer, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool
    ) throws -> [String] {
        let listing = try dataset.listSamples(splits: splits)
        let samples = listing.samples
        let task = RecognisedTask(of: dataset, samples)
        let verdicts = try WorkerPool.map(
            count: samples.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, index -> (json: String, rows: Int?) in
                let verdict = SampleVerdict(samples[index], dataset: dataset, trainer: trainer, task: task)
                return (verdict.json, verdict.refusal == nil ? verdict.labels.boxes.count : nil)
            })
        var start = TrainingStart(dataset, listing, splits: splits)
        for (sample, verdict) in zip(samples, verdicts) {
            if let rows = verdict.rows { start.add(sample, rows: rows) }
        }
        return start.reasons.map(TrainingStart.json) + verdicts.map(\.json)
    }

    /// One JSON object on one line: image, its path and split, verdict, reason, rewritten, and rows of line, verdict, reason and box.
    public var json: String {
        var json = JSONWriter()
        json.object { json in
            json.member("image", sample.image)
            json.member("path", sample.imagePath)
            json.member("split", sample.split)
            json.member("verdict", refusal == nil ? "kept" : "dropped")
            json.member("reason", refusal)
            json.member("rewritten", isRewritten)
            json.array("rows") { json in
                for (line, row) in zip(lines, labels.rows) { write(row, line: line, to: &json) }
            }
        }
        return json.text
    }

    private func write(_ row: RowJudgement, line: Int, to json: inout JSONWriter) {
        let effect = refusal == nil ? row.effect : .dropped(row.isCause ? labels.refusal ?? "" : "with the image")
        json.object { json in
            json.member("line", line)
            json.member("verdict", effect.verdict.rawValue)
            json.member("reason", effect.reason)
            json.member("box", refusal == nil ? row.box : nil)
        }
    }
}

extension TrainedBox: JSONWritable {
    /// `[class, cx, cy, w, h]`
    public func write(to json: inout JSONWriter) {
        json.value([classID, cx, cy, width, height].map(Double.init))
    }
}
