import Findings
import YOLODataset

/// I011: boxes drawn before EXIF turned the image.
public struct DrawnBeforeTurning: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I011", name: "boxes drawn before EXIF turned the image", severity: .error,
        what:
            "Of the images that EXIF turns, the boxes of most fit the stored picture better than the shown one: there "
            + "is more contrast along their sides. It takes ten such images, and more than chance would give once in a "
            + "thousand datasets.",
        why: "Trainers turn the image and not the boxes: each lies in the wrong place.",
        fix: "turn the boxes of these images, or store the images without the EXIF entry")

    public init() {}

    public func check(_ survey: DatasetSurvey) -> [Finding] {
        let evidence = survey.orientations
        guard evidence.isStored, let example = evidence.example else { return [] }
        return [
            finding(
                example,
                message: "the boxes of \(evidence.stored) of \(evidence.images) images that EXIF turns fit the stored "
                    + "picture better, as they do here",
                effect: .readWrong("boxes in the wrong places"))
        ]
    }
}
