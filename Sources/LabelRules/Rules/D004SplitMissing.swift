import Findings
import YOLODataset

/// D004: split path missing.
public struct SplitMissing: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D004", name: "split path missing", severity: .error,
        what: "A folder or list that data.yaml names for a split does not exist, cannot be read or holds "
            + "no image.",
        why: "Without its images a split is silently smaller, or training stops. Some trainers fall "
            + "back to another place and train on that.",
        fix: "correct the path in data.yaml; it is relative to path, or to the file where there is no "
            + "path")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        findings(.path, of: dataset)
            + listing.missingSources.compactMap { source in
                // What keeps training from starting is said above.
                let isSaid = dataset.problems.contains {
                    $0.subject == .path && $0.stops && ($0.split == source.split || $0.split == nil)
                }
                guard !isSaid || !source.isFatal else { return nil }
                return finding(
                    dataset.relative(dataset.yamlPath), line: source.line, column: source.column,
                    message: "\(source.split): \(dataset.relative(source.path)) \(source.reason)",
                    effect: .dropped("the images of \(source.split) that should be there"))
            }
    }
}
