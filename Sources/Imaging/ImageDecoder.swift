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

/// Decodes every format that trainers take to 8-bit RGB, with the pixels that Ultralytics' reader gives.
///
/// JPEG (libjpeg-turbo), PNG (libpng), WebP (libwebp), TIFF and with it DNG (libtiff), AVIF (libavif), HEIC (libheif) and
/// JPEG 2000 (OpenJPEG) are left to their libraries; BMP and PFM are a few lines of our own. A build may leave out AVIF,
/// HEIC and JPEG 2000.
public enum ImageDecoder {
    /// More pixels than this are refused before memory is asked for (a decompression bomb).
    public static let mostPixels = 1 << 28

    /// - Parameter scaleDenominator: 1, 2, 4 or 8: a JPEG is decoded at that fraction of its size, with every
    ///   entropy-coded byte still read. Other formats ignore it.
    /// - Throws: `FileError` where the file is missing, damaged beyond decoding, too large, or of another format.
    public static func decodeFile(_ path: String, scaleDenominator: Int = 1) throws -> DecodedImage {
        try decode(try FileReading.bytes(ofFile: path), file: path, scaleDenominator: scaleDenominator)
    }

    /// The same for a file that is in memory; `file` is its name in errors.
    ///
    /// Of the name the suffix counts as well: in `.tif` and `.tiff`, Ultralytics cuts 16 bits to 8 where OpenCV rounds
    /// them.
    public static func decode(_ bytes: [UInt8], file: String, scaleDenominator: Int = 1) throws -> DecodedImage {
        let header = try ImageHeader.read(bytes, file: file)
        guard header.format.isDecoded else { throw notDecoded(header.format, file) }
        let (pixels, overflow) = header.storedWidth.multipliedReportingOverflow(by: header.storedHeight)
        guard !overflow, pixels <= mostPixels else { throw failure(ASSAY_IMAGE_TOO_LARGE, "", header, file) }
        switch header.format {
        case .bmp, .pfm:
            let stored = bytes.withUnsafeBufferPointer { bytes -> RGBImage? in
                header.format == .bmp
                    ? BitmapDecoder(ByteReader(bytes))?.decode() : FloatMapDecoder(ByteReader(bytes))?.decode()
            }
            guard let stored else {
                throw failure(
                    ASSAY_IMAGE_DAMAGED, "its pixels are cut off, or of a kind that is not read", header, file)
            }
            return DecodedImage(image: stored, header: header, warning: "")
        default: return try decodeByLibrary(bytes, header, file, scaleDenominator)
        }
    }

    private static func decodeByLibrary(
        _ bytes: [UInt8], _ header: ImageHeader, _ file: String, _ scaleDenominator: Int
    ) throws -> DecodedImage {
        var out = assay_image()
        let (count, limit) = (bytes.count, UInt64(mostPixels))
        let status =
            switch header.format {
            case .jpeg: assay_jpeg_decode(bytes, count, limit, Int32(scaleDenominator), &out)
            case .png: assay_png_decode(bytes, count, limit, &out)
            case .webp: assay_webp_decode(bytes, count, limit, &out)
            case .tiff: assay_tiff_decode(bytes, count, limit, isNamedTIFF(file) ? 1 : 0, &out)
            case .avif: assay_avif_decode(bytes, count, limit, &out)
            case .heif: assay_heif_decode(bytes, count, limit, &out)
            case .jpeg2000: assay_jpeg2000_decode(bytes, count, limit, &out)
            case .bmp, .pfm, .gif, .ppm: ASSAY_IMAGE_NOT_BUILT
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
        // libheif turns the image itself.
        let image = header.format == .heif ? stored : stored.turned(orientation: header.orientation)
        if header.format != .jpeg, (image.width, image.height) != (header.width, header.height) {
            throw failure(
                ASSAY_IMAGE_DAMAGED,
                "its header says \(header.width) × \(header.height) px, its pixels are \(image.width) × \(image.height)",
                header, file)
        }
        return DecodedImage(image: image, header: header, warning: out.warnings > 0 ? message : "")
    }

    /// Whether all rows of a JPEG can be decoded from the bytes that are there, whatever its end.
    public static func isCompleteJPEG(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        assay_jpeg_is_complete(bytes.baseAddress, bytes.count, UInt64(mostPixels)) == 1
    }

    /// Whether Pillow opens a WebP, AVIF or JPEG 2000 file, whatever its pixels are; true for every other format, and for
    /// AVIF where this build leaves it out.
    public static func opens(_ bytes: UnsafeBufferPointer<UInt8>, as format: ImageFormat) -> Bool {
        switch format {
        case .webp: assay_webp_opens(bytes.baseAddress, bytes.count) == 1
        case .avif: assay_avif_opens(bytes.baseAddress, bytes.count) == 1
        case .jpeg2000: JPEG2000Header.opens(ByteReader(bytes))
        default: true
        }
    }

    private static func isNamedTIFF(_ file: String) -> Bool {
        ["tif", "tiff"].contains(Paths.suffix(of: file).lowercased())
    }

    private static func notDecoded(_ format: ImageFormat, _ file: String) -> FileError {
        guard let trait = format.trait else {
            return FileError(
                file: file, message: "\(format.name) pixels are not decoded: no trainer takes them",
                wayOut: "convert the image to JPEG or PNG")
        }
        return FileError(
            file: file, message: "this build leaves \(format.name) out",
            wayOut: "build with the trait \(trait), as scripts/setup prepares it")
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
