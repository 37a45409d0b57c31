import Findings
import YOLODataset

/// P007: names that differ only in case.
public struct NamesDifferInCase: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "P007", name: "names that differ only in case", severity: .warning,
        what: "Two images have names that differ in capital letters only.",
        why: "On Windows and macOS one overwrites the other when the dataset is copied.",
        fix: "rename one of the two")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        var first: [String: String] = [:]
        return listing.samples.compactMap { sample in
            let folded = sample.image.lowercased()
            guard let earlier = first[folded] else {
                first[folded] = sample.image
                return nil
            }
            guard earlier != sample.image else { return nil }
            return finding(
                sample.image, message: "differs from \(earlier) in capital letters only",
                effect: "kept: here; one of the two is lost where case does not count")
        }
    }
}
