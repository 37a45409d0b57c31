import CImageCodecs

/// The checksum that follows each chunk of a PNG file.
public enum PNGChecksum {
    /// CRC-32 (ISO 3309, as PNG's specification gives it) over the chunk's four letters and its contents.
    public static func of(name: UnsafeBufferPointer<UInt8>, body: UnsafeBufferPointer<UInt8>) -> UInt32 {
        assay_png_checksum(name.baseAddress, name.count, body.baseAddress, body.count)
    }
}
