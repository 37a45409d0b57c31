import Findings
import YOLODataset

/// I001: image unreadable.
public struct ImageUnreadable: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I001", name: "image unreadable", severity: .error,
        what: "An image file is missing, empty, or cannot be decoded at all.",
        why:
            "The trainer drops the image with its labels; or, where the header is sound, training ends in the middle of an "
            + "epoch.",
        fix: "replace the image, or remove it with its label")

    public init() {}

    /// The first look at an image is at its header.
    private static let stops = TrainerEffect.stops(
        "the image passes the first look, and training ends where it is decoded")

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let reason = image.unreadable else { return [] }
        return [
            finding(
                image.sample.image, message: "the image \(reason)",
                effect: image.refusal == nil ? Self.stops : .refusedImage)
        ]
    }
}
