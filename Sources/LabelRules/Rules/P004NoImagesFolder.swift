import Findings
import YOLODataset

/// P004: no images folder in the path.
public struct NoImagesFolder: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "P004", name: "no images folder in the path", severity: .error,
        what: "Images lie in no folder named images, so that no folder named labels belongs to them, "
            + "and no label file beside them was found.",
        why: "Trainers look for labels where the last /images/ of the path is replaced by /labels/; "
            + "here they look beside the image, find nothing, and train on background alone.",
        fix: "put images under images/ and labels under labels/")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        let stray = listing.samples.filter { !$0.hasLabelFile && !$0.imagePath.contains("/images/") }
        guard let first = stray.first else { return [] }
        return [
            finding(
                first.image,
                message: "\(stray.count) images lie in no folder named images and have no label beside them",
                effect: .kept("trained on as background"))
        ]
    }
}
