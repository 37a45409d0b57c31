import Findings
import YOLODataset

/// I007: blank image.
public struct BlankImage: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I007", name: "blank image", severity: .warning,
        what: "All pixels of the image have nearly the same colour.",
        why: "A failed download or a covered lens teaches nothing; with boxes, it teaches that nothing "
            + "is something.",
        fix: "get the original, or remove the image with its label")

    public init() {}

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let spread = image.spread, spread <= image.thresholds.blankSpread else { return [] }
        return [
            finding(
                image.sample.image, message: "all pixels lie within \(spread) of 255 steps of each other",
                effect: .kept("trained on as it is"))
        ]
    }
}
