import Findings
import YOLODataset

/// P003: two images, one label file.
public struct SharedLabel: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "P003", name: "two images, one label file", severity: .warning,
        what: "Two images of different suffix (a.jpg and a.png) have the same label file, because trainers only "
            + "replace the suffix.",
        why: "Both images are trained with the same boxes. If the pictures differ, one of them is labelled with "
            + "the objects of the other.",
        fix: "rename one of the images and give it its own label file, or delete it")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        listing.sharedLabels.map { sample, earlier in
            finding(
                sample.image, message: "shares its label file \(sample.label) with \(earlier.image)",
                effect: .kept("both images are trained with the same boxes, in silence"))
        }
    }
}
