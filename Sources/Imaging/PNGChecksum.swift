import CImageCodecs

/// The checksum that follows each chunk of a PNG file.
public enum PNGChecksum {
    public static func of(name: UnsafeBufferPointer<UInt8>, body: UnsafeBufferPointer<UInt8>) -> UInt32 {
        assay_png_checksum(name.baseAddress, name.count, body.baseAddress, body.count)
    }
}
