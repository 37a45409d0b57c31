import Findings
import YOLODataset

/// I010: image over a size limit.
public struct HugeImage: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I010", name: "image over a size limit", severity: .warning,
        what: "The image has more than 89,478,485 pixels, where Python's image library warns of a "
            + "decompression bomb; over twice as many it refuses.",
        why: "Each epoch decodes it again; over the limit the trainer drops it.",
        fix: "cut the image into tiles")

    public init() {}

    private static let limit = 89_478_485

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let header = image.header else { return [] }
        let (pixels, overflow) = header.storedWidth.multipliedReportingOverflow(by: header.storedHeight)
        guard overflow || pixels > Self.limit else { return [] }
        let isDropped = overflow || pixels > 2 * Self.limit
        return [
            finding(
                image.sample.image, severity: isDropped ? .error : nil,
                message: "\(header.storedWidth) × \(header.storedHeight) px",
                effect: isDropped ? .refusedImage : .kept("decoded anew in each epoch"))
        ]
    }
}
