import FileReading
import Findings
import Imaging
import YOLODataset

/// I003: suffix and content differ.
public struct SuffixAndContent: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I003", name: "suffix and content differ", severity: .note,
        what: "The file's first bytes are of another format than its name says.",
        why: "Trainers go by the content; other tools go by the name and fail.",
        fix: "rename the file")

    public init() {}

    private static let formats: [String: ImageFormat] = [
        "jpg": .jpeg, "jpeg": .jpeg, "png": .png, "bmp": .bmp, "webp": .webp, "tif": .tiff, "tiff": .tiff, "gif": .gif,
    ]

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let header = image.header, let named = Self.formats[Paths.suffix(of: image.sample.image).lowercased()],
            named != header.format
        else { return [] }
        return [
            finding(
                image.sample.image, message: "named \(named.rawValue), but is \(header.format.rawValue)",
                effect: .kept("read by its content"))
        ]
    }
}
