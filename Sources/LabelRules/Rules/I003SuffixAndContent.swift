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
        "jpg": .jpeg, "jpeg": .jpeg, "mpo": .jpeg, "png": .png, "bmp": .bmp, "webp": .webp, "tif": .tiff,
        "tiff": .tiff, "dng": .tiff, "gif": .gif, "avif": .avif, "heic": .heif, "heif": .heif, "jp2": .jpeg2000,
        "pfm": .pfm,
    ]

    /// Those under which Ultralytics reads a file with Pillow, where OpenCV reads no HEIF.
    private static let pillowSuffixes: Set<String> = ["avif", "heic", "heif"]

    public func check(_ image: ImageFacts) -> [Finding] {
        let suffix = Paths.suffix(of: image.sample.image).lowercased()
        guard let header = image.header, let named = Self.formats[suffix], named != header.format else { return [] }
        let isUnread = header.format == .heif && image.refusal == nil && !Self.pillowSuffixes.contains(suffix)
        return [
            finding(
                image.sample.image, severity: isUnread ? .error : nil,
                message: "named \(named.name), but is \(header.format.name)",
                effect: isUnread
                    ? .stops(
                        "the image passes the first look, and training ends where OpenCV, which has no HEIF, reads it")
                    : .kept("read by its content"))
        ]
    }
}
