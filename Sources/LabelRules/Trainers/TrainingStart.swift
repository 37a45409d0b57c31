import TextForms
import YOLODataset

/// Whether a trainer starts on a dataset, once it is known which images it takes.
struct TrainingStart {
    private let dataset: Dataset
    private let listing: SampleListing
    private let splits: Set<String>
    private var kept: [String: (images: Int, labelled: Int, rows: Int)] = [:]

    /// - Parameter splits: those that were looked at; nil for all.
    init(_ dataset: Dataset, _ listing: SampleListing, splits: [String]?) {
        self.dataset = dataset
        self.listing = listing
        self.splits = Set(splits ?? dataset.splitNames)
    }

    /// An image that the trainer takes.
    mutating func add(_ sample: DatasetSample, rows: Int) {
        var entry = kept[sample.split] ?? (0, 0, 0)
        entry.images += 1
        entry.labelled += sample.hasLabelFile ? 1 : 0
        entry.rows += rows
        kept[sample.split] = entry
    }

    /// Why a trainer does not start.
    struct Reason: Sendable, Hashable {
        /// Where data.yaml says what is the matter.
        let line: Int
        /// In words that stand by themselves.
        let message: String
        /// What to do about it.
        let wayOut: String
    }

    /// Why training does not start; empty where it does.
    var reasons: [Reason] {
        dataset.problems.filter(\.stops).map { Reason(line: $0.line, message: $0.message, wayOut: $0.wayOut) }
            + ofImages
    }

    /// Those that only the images show.
    var ofImages: [Reason] {
        dataset.splits.filter { splits.contains($0.name) && $0.name != "test" }.compactMap { split in
            func reason(_ message: String, _ wayOut: String) -> Reason {
                Reason(line: split.line, message: "\(split.name): " + message, wayOut: wayOut)
            }
            let sources = listing.missingSources.filter { $0.split == split.name }
            if let fatal = sources.first(where: \.isFatal) {
                // That it is not there is said already.
                guard !dataset.problems.contains(where: { $0.stops && $0.split == split.name }) else { return nil }
                return reason("\(dataset.relative(fatal.path)) \(fatal.reason)", "correct the path, or the list")
            }
            let found = kept[split.name] ?? (0, 0, 0)
            if found.images == 0 {
                return reason(
                    "no image can be trained on", "see what is said about its images, or correct the path")
            }
            return self.reason(split, found).map { reason($0.message, $0.wayOut) }
        }
    }

    /// What single trainers ask for beyond that.
    private func reason(
        _ split: DatasetSplit, _ found: (images: Int, labelled: Int, rows: Int)
    ) -> (message: String, wayOut: String)? {
        let trainer = dataset.trainer
        let isList = split.sources.last.map { !listing.folderSources.contains($0.path) } ?? false
        if listing.withoutCacheName.contains(split.name),
            !isList || trainer == .ultralytics || trainer == .ultralyticsOld
        {
            return (
                "the images lie in the working directory itself, and \(trainer.name) finds no name for its cache",
                "start training in another folder"
            )
        }
        guard split.name == "train" else { return nil }
        if trainer == .yolov5, found.rows == 0 {
            return ("no image has a label, and YOLOv5 does not train on background alone", "add labels")
        }
        if trainer == .yolov7, found.labelled == 0 {
            return ("no image has a label file, and YOLOv7 does not train without", "add labels")
        }
        return nil
    }

    /// `{"verdict": "stops", …}`, without the end of the line.
    static func json(_ reason: Reason) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("verdict", "stops")
            json.member("line", reason.line)
            json.member("reason", reason.message)
            json.member("fix", reason.wayOut)
        }
        return json.text
    }
}
