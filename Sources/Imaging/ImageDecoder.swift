import CImageCodecs
import FileReading

/// An image's pixels as a viewer shows them, with what the decoder had to say.
public struct DecodedImage: Sendable {
    /// EXIF orientation applied.
    public let image: RGBImage
    /// As the file says it, before the orientation was applied.
    public let header: ImageHeader
    /// What the decoder complained about while it went on, for example `Premature end of JPEG file`; empty when sound.
    public let warning: String
}

/// Decodes JPEG (libjpeg-turbo, default settings) and PNG (libpng) to 8-bit RGB.
public enum ImageDecoder {
    /// More pixels than this are refused before memory is asked for (a decompression bomb).
    public static let mostPixels = 1 << 28

    /// - Parameter scaleDenominator: 1, 2, 4 or 8: a JPEG is decoded at that fraction of its size, with every
    ///   entropy-coded byte still read. PNG ignores it.
    /// - Throws: `FileError` where the file is missing, damaged beyond decoding, too large, or of another format.
    public static func decodeFile(_ path: String, scaleDenominator: Int = 1) throws -> DecodedImage {
        try decode(try FileReading.bytes(ofFile: path), file: path, scaleDenominator: scaleDenominator)
    }

    /// The same for a file that is in memory; `file` is its name in errors.
    public static func decode(_ bytes: [UInt8], file: String, scaleDenominator: Int = 1) throws -> DecodedImage {
        let header = try ImageHeader.read(bytes, file: file)
        var out = assay_image()
        let status: assay_image_status
        switch header.format {
        case .jpeg:
            status = assay_jpeg_decode(bytes, bytes.count, UInt64(mostPixels), Int32(scaleDenominator), &out)
        case .png:
            status = assay_png_decode(bytes, bytes.count, UInt64(mostPixels), &out)
        case .bmp, .webp, .tiff, .gif:
            throw FileError(
                file: file, message: "\(header.format.rawValue) pixels are not decoded here",
                wayOut: "convert the image to JPEG or PNG")
        }
        defer { assay_image_free(&out) }
        let message = withUnsafeBytes(of: out.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        guard status == ASSAY_IMAGE_OK, let pixels = out.pixels else {
            throw failure(status, message, header, file)
        }
        let width = Int(out.width)
        let height = Int(out.height)
        let stored = RGBImage(
            width: width, height: height,
            pixels: Array(UnsafeBufferPointer(start: pixels, count: 3 * width * height)))
        return DecodedImage(
            image: stored.turned(orientation: header.orientation), header: header,
            warning: out.warnings > 0 ? message : "")
    }

    /// Whether all rows of a JPEG can be decoded from the bytes that are there, whatever its end.
    public static func isCompleteJPEG(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        assay_jpeg_is_complete(bytes.baseAddress, bytes.count, UInt64(mostPixels)) == 1
    }

    private static func failure(
        _ status: assay_image_status, _ message: String, _ header: ImageHeader, _ file: String
    ) -> FileError {
        let text: String
        switch status {
        case ASSAY_IMAGE_TOO_LARGE:
            text = "is \(header.storedWidth) × \(header.storedHeight) pixels, more than the \(mostPixels) decoded here"
        case ASSAY_IMAGE_NO_MEMORY: text = "needs more memory than there is"
        default: text = "cannot be decoded: \(message)"
        }
        return FileError(file: file, message: text, wayOut: "replace the image or remove it with its label")
    }
}

extension RGBImage {
    /// The image as a viewer shows it when its file carries this EXIF orientation (1…8).
    public func turned(orientation: Int) -> RGBImage {
        guard (2...8).contains(orientation) else { return self }
        let swaps = orientation >= 5
        let newWidth = swaps ? height : width
        let newHeight = swaps ? width : height
        var turned = [UInt8](repeating: 0, count: pixels.count)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let (fromX, fromY): (Int, Int)
                switch orientation {
                case 2: (fromX, fromY) = (width - 1 - x, y)
                case 3: (fromX, fromY) = (width - 1 - x, height - 1 - y)
                case 4: (fromX, fromY) = (x, height - 1 - y)
                case 5: (fromX, fromY) = (y, x)
                case 6: (fromX, fromY) = (y, height - 1 - x)
                case 7: (fromX, fromY) = (width - 1 - y, height - 1 - x)
                default: (fromX, fromY) = (width - 1 - y, x)
                }
                let from = 3 * (fromY * width + fromX)
                let to = 3 * (y * newWidth + x)
                turned[to] = pixels[from]
                turned[to + 1] = pixels[from + 1]
                turned[to + 2] = pixels[from + 2]
            }
        }
        return RGBImage(width: newWidth, height: newHeight, pixels: turned)
    }
}
