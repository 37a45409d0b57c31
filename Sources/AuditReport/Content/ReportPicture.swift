import CheckedNumbers
import Foundation
import Imaging

/// Pictures of the dataset, small enough for a page.
enum ReportPicture {
    /// The image, its longer side not above `side` pixels; nil where it cannot be decoded.
    static func read(_ path: String, side: Int) -> RGBImage? {
        (try? ImageDecoder.decodeFile(path).image).map { fitted($0, side: side) }
    }

    /// The same with a longer side of no more than that.
    static func fitted(_ image: RGBImage, side: Int) -> RGBImage {
        let scale = min(1, Double(side) / Double(max(image.width, image.height)))
        return image.resized(
            width: max(1, Int(clamping: Double(image.width) * scale)),
            height: max(1, Int(clamping: Double(image.height) * scale)))
    }

    /// The image as a JPEG for the review, its longer side not above 800 pixels; nil where it cannot be decoded.
    static func reviewJPEG(_ path: String) -> [UInt8]? {
        read(path, side: 800).flatMap { ImageEncoder.jpeg($0, quality: 80) }
    }

    /// The same picture for the page itself, as the data URI of a WebP: a third of the JPEG. Nil where it cannot be
    /// decoded.
    static func reviewURI(_ path: String) -> String? {
        read(path, side: 800).flatMap { ImageEncoder.webp($0, quality: 75) }.map { uri($0, type: "webp") }
    }

    /// A data URI.
    static func uri(_ bytes: [UInt8], type: String = "jpeg") -> String {
        "data:image/\(type);base64,\(Data(bytes).base64EncodedString())"
    }
}
