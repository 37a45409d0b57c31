import Findings
import YOLODataset

/// I006: unusual pixels.
public struct UnusualPixels: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I006", name: "unusual pixels", severity: .note,
        what: "The image has 16 bits a channel, or four channels (CMYK, or transparency).",
        why: "Trainers read 8-bit RGB: 16 bits are cut to 8, transparency is thrown away, and CMYK may "
            + "come out in other colours than a viewer shows.",
        fix: "save the image as 8-bit RGB")

    public init() {}

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let header = image.header, header.bitsPerChannel > 8 || header.channels == 4 else { return [] }
        let message =
            header.bitsPerChannel > 8 ? "\(header.bitsPerChannel) bits a channel" : "four channels a pixel"
        return [finding(image.sample.image, message: message, effect: .altered("converted to 8-bit RGB"))]
    }
}
