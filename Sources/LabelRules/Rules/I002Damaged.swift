import Findings
import YOLODataset

/// I002: image damaged or truncated.
public struct ImageDamaged: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I002", name: "image damaged or truncated", severity: .warning,
        what: "The decoder complains but goes on: part of the picture is missing or made up.",
        why: "Trainers take it in silence: the lower part is grey, or the middle is noise, under boxes "
            + "that are still there. A JPEG without its end marker is even rewritten in place by "
            + "Ultralytics.",
        fix: "get the original again")

    public init() {}

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let warning = image.warning else { return [] }
        return [
            finding(
                image.sample.image, message: "the image is damaged: \(warning)",
                effect: "kept: trained on with the pixels that are left; a JPEG may be rewritten in place")
        ]
    }
}
