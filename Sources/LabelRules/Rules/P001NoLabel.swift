import Findings
import YOLODataset

/// P001: image without a label file.
public struct NoLabel: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "P001", name: "image without a label file", severity: .note,
        what: "An image has no label file where trainers look for it: the last /images/ in its path "
            + "becomes /labels/, the suffix .txt.",
        why: "It is trained on as background. Right for negatives; where labels were forgotten or stand "
            + "elsewhere, the model learns that nothing is there.",
        fix: "add the label file, or an empty one to say that the image is background",
        systematic: "most images have no label file")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        let without = listing.samples.filter { !$0.hasLabelFile }
        let share = Double(without.count) / Double(max(1, listing.samples.count))
        return without.map { sample in
            finding(
                sample.image, severity: share > 0.5 ? .warning : .note,
                message:
                    "no label file \(sample.label) (\(without.count) of \(listing.samples.count) images have none)",
                effect: .kept("trained on as background"))
        }
    }
}
