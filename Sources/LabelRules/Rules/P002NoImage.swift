import Findings
import YOLODataset

/// P002: label file without an image.
public struct NoImage: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "P002", name: "label file without an image", severity: .warning,
        what: "A label file beside the others belongs to no image of any split.",
        why: "Trainers start from images: these labels are never read.",
        fix: "add the image, rename one of the two, or delete the label")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        listing.labelsWithoutImage.map {
            finding($0, message: "no image belongs to this label file", effect: .dropped("the labels are never read"))
        }
    }
}
