import FileReading
import Findings
import Foundation
import YOLODataset

/// D015: labels found elsewhere.
public struct LabelsElsewhere: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D015", name: "labels found elsewhere", severity: .error,
        what:
            "Images have no label where trainers look for it, but label files of their names stand in another folder: "
            + "beside the images, in Labels/ with a capital letter, below another images/, or with a name that differs in "
            + "capital letters, in .TXT or in the form of its accents.",
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
        for folder in Set(without.flatMap { [$0.folder.imageFolder, $0.folder.labelFolder] }).union([dataset.root]) {
            for (path, names) in TextFiles.folders(in: folder) { folders[path] = names }
        }
        var found: [Place: (count: Int, example: DatasetSample)] = [:]
        var folded = FoldedNames()
        for sample in without {
            guard let place = exact(sample, folders) ?? folded.place(of: sample, in: folders) else { continue }
            found[place, default: (0, sample)].count += 1
        }
        return found.sorted { ($0.key.folder, $0.key.name ?? "") < ($1.key.folder, $1.key.name ?? "") }.map {
            finding($0.key, $0.value.count, $0.value.example, of: without.count, dataset)
        }
    }

    /// Where labels of some images are.
    private struct Place: Hashable {
        let folder: String
        /// In what their names differ; nil where they are the same.
        let name: String?
    }

    private func exact(_ sample: DatasetSample, _ folders: [String: NameList]) -> Place? {
        let label = Paths.fileName(of: sample.label)
        return folders.filter { folder, names in folder != sample.folder.labelFolder && names.contains(label) }.keys
            .min().map { Place(folder: $0, name: nil) }
    }

    /// Names of label files without their differences in case and in the form of accents.
    private struct FoldedNames {
        private var known: [String: [String: String]] = [:]

        mutating func place(of sample: DatasetSample, in folders: [String: NameList]) -> Place? {
            let label = Paths.fileName(of: sample.label)
            // First where trainers look.
            let own = sample.folder.labelFolder
            for folder in [own] + folders.keys.filter({ $0 != own }).sorted() {
                guard let names = folders[folder] else { continue }
                let table = known[folder] ?? Self.table(names)
                known[folder] = table
                guard let name = table[Self.folded(label)] else { continue }
                return Place(folder: folder, name: Self.difference(name, label))
            }
            return nil
        }

        private static func table(_ names: NameList) -> [String: String] {
            Dictionary(
                (0..<names.count).map { (folded(names[$0]), names[$0]) }, uniquingKeysWith: { first, _ in first })
        }

        private static func folded(_ name: String) -> String {
            name.precomposedStringWithCanonicalMapping.lowercased()
        }

        private static func difference(_ name: String, _ label: String) -> String {
            // To Swift, texts are equal whatever form their accents have.
            if name == label { return "another Unicode form of their accents (NFC and NFD)" }
            return Paths.withoutSuffix(name) == Paths.withoutSuffix(label)
                ? "another suffix (.\(Paths.suffix(of: name)))" : "other capital letters"
        }
    }

    private func finding(
        _ place: Place, _ count: Int, _ example: DatasetSample, of total: Int, _ dataset: Dataset
    ) -> Finding {
        let folder = dataset.relative(place.folder)
        let isLink = dataset.splits.filter { $0.name == example.split }.flatMap(\.sources).contains {
            $0.isLink && example.imagePath.hasPrefix($0.path)
        }
        var fix: String?
        if place.name != nil { fix = "rename the labels to the names of their images, with the suffix .txt" }
        if isLink {
            fix = "put the labels beside what the link of \(example.split) leads to, or the images where the link is"
        }
        if place.name == nil, !isLink, !example.folder.imageFolder.contains("/images") {
            fix = "put images below a folder named images, and labels below labels beside it"
        } else if place.name == nil, !isLink, example.folder.labelFolder == example.folder.imageFolder {
            fix = "begin the lines of the list with ./ or /: without, they hold no /images/ that could be replaced"
        }
        return finding(
            example.image,
            message: "\(count) of \(total) images without labels have label files "
                + (place.name.map { "with \($0) in \(folder)" } ?? "of their names in \(folder)")
                + ", but trainers look for \(example.label)"
                + (isLink ? ": the images of \(example.split) are a link, which is followed first" : ""),
            effect: .dropped("the labels are never read: the images are trained on as background"), fix: fix)
    }
}
