import FileReading
import Findings
import YOLODataset

/// D015: labels found elsewhere.
public struct LabelsElsewhere: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D015", name: "labels found elsewhere", severity: .error,
        what:
            "Images have no label where trainers look for it, but label files of their names stand in another folder: "
            + "beside the images, in Labels/ with a capital letter, or below another images/.",
        why:
            "Trainers look in one place only, the last /images/ of the path replaced by /labels/. What they do not find "
            + "there they take for background, without a word.",
        fix: "move the labels to where they are looked for")

    public init() {}

    /// Up to this share of images without labels they are background, and nothing is looked for.
    private static let leastShare = 0.05

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        let without = listing.samples.filter { !$0.hasLabelFile }
        guard Double(without.count) > Self.leastShare * Double(listing.samples.count), !without.isEmpty else {
            return []
        }
        var folders: [String: NameList] = [:]
        for folder in Set(without.map(\.folder.imageFolder)).union([dataset.root]) {
            for (path, names) in TextFiles.folders(in: folder) { folders[path] = names }
        }
        var found: [String: (count: Int, example: DatasetSample)] = [:]
        for sample in without {
            let label = Paths.fileName(of: sample.label)
            let place = folders.filter { folder, names in
                folder != sample.folder.labelFolder && names.contains(label)
            }.keys.min()
            if let place { found[place, default: (0, sample)].count += 1 }
        }
        return found.sorted { $0.key < $1.key }.map { folder, entry in
            finding(
                entry.example.image,
                message: "\(entry.count) of \(without.count) images without labels have label files of their names in "
                    + "\(dataset.relative(folder)), but trainers look for \(entry.example.label)",
                effect: .dropped("the labels are never read: the images are trained on as background"))
        }
    }
}
