import TextForms
import YOLODataset

/// Whether a trainer starts on a dataset, once it is known which images it takes.
struct TrainingStart {
    private let dataset: Dataset
    private let listing: SampleListing
    private let splits: Set<String>
    private var kept: [Kept] = []
    /// The folder of the last image, and where its split stands.
    private var folder: SampleFolder?
    private var place = 0

    /// What a trainer takes of one split.
    private struct Kept {
        let split: String
        var images = 0
        var labelled = 0
        var rows = 0
    }

    /// - Parameter splits: those that were looked at; nil for all.
    init(_ dataset: Dataset, _ listing: SampleListing, splits: [String]?) {
        self.dataset = dataset
        self.listing = listing
        self.splits = Set(splits ?? dataset.splitNames)
    }

    /// An image that the trainer takes. Those of one folder are best added one after another.
    mutating func add(_ sample: DatasetSample, rows: Int) {
        if sample.folder !== folder {
            folder = sample.folder
            place = kept.firstIndex { $0.split == sample.split } ?? kept.count
            if place == kept.count { kept.append(Kept(split: sample.split)) }
        }
        kept[place].images += 1
        kept[place].labelled += sample.hasLabelFile ? 1 : 0
        kept[place].rows += rows
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
            let found = kept.first { $0.split == split.name } ?? Kept(split: split.name)
            if found.images == 0 {
                return reason(
                    "no image can be trained on", "see what is said about its images, or correct the path")
            }
            return self.reason(split, found).map { reason($0.message, $0.wayOut) }
        }
    }

    /// What single trainers ask for beyond that.
    private func reason(
        _ split: DatasetSplit, _ found: Kept
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
