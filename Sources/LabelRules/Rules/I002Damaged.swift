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
        if let refusal = image.refusal, image.unreadable == nil, (image.header?.width ?? 10) >= 10,
            (image.header?.height ?? 10) >= 10
        {
            let also = image.warning.map { "; the decoder says: \($0)" } ?? ""
            return [
                finding(
                    image.sample.image, severity: .error,
                    message: "the image is damaged, and refused before training: \(refusal)\(also)",
                    effect: .refusedImage)
            ]
        }
        if image.isRewritten {
            return [
                finding(
                    image.sample.image,
                    message: "the JPEG does not end with its end marker" + (image.warning.map { ": \($0)" } ?? ""),
                    effect: .altered("\(image.trainer.name) writes the file anew, at quality 100"))
            ]
        }
        guard let warning = image.warning else { return [] }
        return [
            finding(
                image.sample.image, message: "the image is damaged: \(warning)",
                effect: .kept("trained on with the pixels that are left"))
        ]
    }
}
