import CImageCodecs

/// Encodes RGB pixels.
public enum ImageEncoder {
    /// How a PNG stores its pixels.
    public enum PNGKind: Int32, Sendable {
        case rgb = 0
        case grey, palette, rgb16
    }

    /// A baseline JPEG; quality 1…100. Nil only when memory runs out.
    public static func jpeg(_ image: RGBImage, quality: Int) -> [UInt8]? {
        take { assay_jpeg_encode(image.pixels, UInt32(image.width), UInt32(image.height), Int32(quality), $0, $1) }
    }

    /// A lossy WebP, a third of a JPEG of the same looks; quality 0…100. Nil above 16,383 pixels a side, and when memory
    /// runs out.
    public static func webp(_ image: RGBImage, quality: Int) -> [UInt8]? {
        take { assay_webp_encode(image.pixels, UInt32(image.width), UInt32(image.height), Int32(quality), $0, $1) }
    }

    /// Nil when the kind cannot hold the image (a palette of more than 256 colours).
    public static func png(_ image: RGBImage, kind: PNGKind = .rgb) -> [UInt8]? {
        take { assay_png_encode(image.pixels, UInt32(image.width), UInt32(image.height), kind.rawValue, $0, $1) }
    }

    private static func take(
        _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int>) -> assay_image_status
    ) -> [UInt8]? {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard encode(&bytes, &count) == ASSAY_IMAGE_OK, let bytes else { return nil }
        defer { assay_bytes_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
