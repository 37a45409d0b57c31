import CImageCodecs

/// The formats that are told apart, by their first bytes and not by the file's suffix.
public enum ImageFormat: String, Sendable, Hashable, CaseIterable {
    case jpeg, png, bmp, webp, tiff, gif, avif, heif, jpeg2000, pfm
    /// Portable pixel maps in whole numbers: told apart, since no trainer takes them.
    case ppm

    /// Whether this build decodes the pixels, or reads the header only.
    public var isDecoded: Bool {
        switch self {
        case .jpeg, .png, .bmp, .webp, .tiff, .pfm: true
        case .avif: assay_reads_avif() == 1
        case .heif: assay_reads_heif() == 1
        case .jpeg2000: assay_reads_jpeg2000() == 1
        case .gif, .ppm: false
        }
    }

    /// As people write it.
    public var name: String {
        switch self {
        case .jpeg, .png, .bmp, .tiff, .gif, .avif, .pfm, .ppm: rawValue.uppercased()
        case .webp: "WebP"
        case .heif: "HEIF"
        case .jpeg2000: "JPEG 2000"
        }
    }

    /// The trait of the package that reads the format, where there is one.
    var trait: String? {
        switch self {
        case .avif: "AVIF"
        case .heif: "HEIF"
        case .jpeg2000: "JPEG2000"
        default: nil
        }
    }

    /// The format that the first bytes name.
    static func of(_ reader: ByteReader) -> ImageFormat? {
        if reader.byte(0) == 0xFF, reader.byte(1) == 0xD8, reader.byte(2) == 0xFF { return .jpeg }
        if reader.byte(0) == 0x89, reader.matches("PNG\r\n\u{1A}\n", at: 1) { return .png }
        if reader.matches("BM", at: 0) { return .bmp }
        if reader.matches("RIFF", at: 0), reader.matches("WEBP", at: 8) { return .webp }
        if reader.matches("II*\0", at: 0) || reader.matches("MM\0*", at: 0) { return .tiff }
        // BigTIFF.
        if reader.matches("II+\0", at: 0) || reader.matches("MM\0+", at: 0) { return .tiff }
        if reader.matches("GIF8", at: 0) { return .gif }
        if reader.matches("jP  \r\n", at: 4), reader.big32(0) == 12 { return .jpeg2000 }
        if reader.big32(0) == 0xFF4F_FF51 { return .jpeg2000 }
        if reader.matches("ftyp", at: 4) { return ISOMediaHeader.format(reader) }
        if reader.matches("PF", at: 0) || reader.matches("Pf", at: 0) { return .pfm }
        if reader.byte(0) == 0x50, let kind = reader.byte(1), (0x31...0x36).contains(kind) { return .ppm }
        return nil
    }
}
