import FileReading
import Findings
import YOLODataset

/// D016: stale files of trainers.
public struct StaleTrainerFiles: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D016", name: "stale files of trainers", severity: .warning,
        what:
            "A trainer's label cache is older than a label file, or an .npy copy of an image is older than the image.",
        why: "Trainers compare the total size of the files with that in the cache: a label that was corrected without "
            + "changing its length is not noticed, and the old one is trained on. An .npy beside an image is read instead "
            + "of it.",
        fix: "delete the .cache and .npy files; trainers make them anew")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        var seen: Set<String> = []
        let folders = listing.folders.filter { seen.insert($0.imageFolder).inserted }
        return caches(folders, dataset)
            + copies(folders.filter { listing.arrayFolders.contains($0.imageFolder) }, dataset)
    }

    private func caches(_ folders: [SampleFolder], _ dataset: Dataset) -> [Finding] {
        var seen: Set<String> = []
        return folders.compactMap { folder in
            let path = folder.labelFolder + ".cache"
            guard seen.insert(path).inserted, let cache = FileIdentity(ofFile: path) else { return nil }
            let labels = OpenFolder(folder.labelFolder)
            let newer = (0..<folder.labels.count).filter { index in
                labels.identity(folder.labels, index).map { $0.isNewer(than: cache) } ?? false
            }
            guard let first = newer.first else { return nil }
            return finding(
                dataset.relative(path),
                message: "\(newer.count) label files have changed since this cache was written, for example "
                    + "\(dataset.relative(folder.labelFolder + "/" + folder.labels[first]))",
                effect: .readWrong("a change that keeps a file's length is not noticed: the old label is trained on"))
        }
    }

    private func copies(_ folders: [SampleFolder], _ dataset: Dataset) -> [Finding] {
        folders.compactMap { folder in
            guard let all = try? NameList(ofFolder: folder.imageFolder) else { return nil }
            let copies = all.filter { _, name in name.suffix(4).elementsEqual(".npy".utf8) }
            guard copies.count > 0 else { return nil }
            let images = OpenFolder(folder.imageFolder)
            var stale: [String] = []
            let stems = Dictionary(
                (0..<folder.images.count).map { (Paths.withoutSuffix(folder.images[$0]), $0) },
                uniquingKeysWith: { first, _ in first })
            for index in 0..<copies.count {
                guard let image = stems[Paths.withoutSuffix(copies[index])],
                    let original = images.identity(folder.images, image), let copy = images.identity(copies, index),
                    original.isNewer(than: copy)
                else { continue }
                stale.append(copies[index])
            }
            guard let first = stale.first else { return nil }
            return finding(
                dataset.relative(folder.imageFolder + "/" + first),
                message: "\(stale.count) of \(copies.count) .npy copies are older than their images",
                effect: .readWrong("the copy is trained on instead of the image"))
        }
    }
}
