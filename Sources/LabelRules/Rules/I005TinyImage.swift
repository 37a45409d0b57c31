import Findings
import YOLODataset

/// I005: image under 10 px.
public struct TinyImage: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I005", name: "image under 10 px", severity: .error,
        what: "A side of the image is shorter than 10 px.",
        why: "Ultralytics and YOLOv5 drop such images with their labels.",
        fix: "remove the image, or get the original")

    public init() {}

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let header = image.header, header.width < 10 || header.height < 10 else { return [] }
        return [
            finding(
                image.sample.image, message: "\(header.width) × \(header.height) px", effect: .refusedImage)
        ]
    }
}
