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

    static let blankSpread = RuleThreshold(
        name: "blank_spread", default: 4, range: 0...255, unit: "steps of 255",
        help: "An image whose pixels all lie within this many steps of each other is blank.")
    public static let thresholds = [blankSpread]

    public init() {}

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let spread = image.spread, Double(spread) <= image.thresholds[Self.blankSpread] else { return [] }
        return [
            finding(
                image.sample.image, message: "all pixels lie within \(spread) of 255 steps of each other",
                effect: .kept("trained on as it is"))
        ]
    }
}
