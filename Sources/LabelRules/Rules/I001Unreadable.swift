import Findings
import YOLODataset

/// I001: image unreadable.
public struct ImageUnreadable: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I001", name: "image unreadable", severity: .error,
        what: "An image file is missing, empty, or cannot be decoded at all.",
        why: "The trainer drops the image with its labels.",
        fix: "replace the image, or remove it with its label")

    public init() {}

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let reason = image.unreadable else { return [] }
        return [finding(image.sample.image, message: "the image \(reason)", effect: TrainerEffect.dropsImage)]
    }
}
