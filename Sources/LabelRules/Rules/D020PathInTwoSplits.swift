import FileReading
import Findings
import YOLODataset

/// D020: same path in two splits.
public struct PathInTwoSplits: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D020", name: "same path in two splits", severity: .error,
        what:
            "Two splits list the same image files: both name one folder, one lies within the other, or a list holds lines "
            + "of the other's.",
        why:
            "Validation measures what was learned by heart: the AP is too good, and early stopping and the choice of the "
            + "best epoch mean nothing.",
        fix: "give each image to one split")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        var first: [ExactText: String] = [:]
        var counts: [String: (shared: Int, example: DatasetSample)] = [:]
        var totals: [String: Int] = [:]
        var seen: Set<ExactText> = []
        // Folders first: hardly any dataset has one in two splits.
        let folders = Dictionary(grouping: listing.folders, by: \.imageFolder)
            .filter { Set($0.value.map(\.split)).count > 1 }
        for sample in listing.samples { totals[sample.split, default: 0] += 1 }
        for sample in listing.samples where folders[sample.folder.imageFolder] != nil {
            let path = sample.imagePath
            guard seen.insert(ExactText(sample.split + "\0" + path)).inserted else { continue }
            guard let earlier = first[ExactText(path)] else {
                first[ExactText(path)] = sample.split
                continue
            }
            counts[earlier + "\0" + sample.split, default: (0, sample)].shared += 1
        }
        return counts.sorted { $0.key < $1.key }.map { key, entry in
            let names = key.split(separator: "\0").map(String.init)
            let split = dataset.splits.first { $0.name == names[1] }
            return finding(
                dataset.relative(dataset.yamlPath), line: split?.line, column: split?.column,
                message:
                    "\(entry.shared) of the \(totals[names[1]] ?? 0) images of \(names[1]) are in \(names[0]) too, for "
                    + "example \(entry.example.image)",
                effect: .kept("\(names[1]) sees what \(names[0]) has seen"))
        }
    }
}
