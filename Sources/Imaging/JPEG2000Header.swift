/// The header of JPEG 2000 (ISO/IEC 15444-1): boxes around a codestream, or the codestream alone.
enum JPEG2000Header {
    private static let headerBox = 0x6A70_3268
    private static let imageHeader = 0x6968_6472
    private static let codestream = 0x6A70_3263

    static func parse(_ reader: ByteReader) -> ImageHeader? {
        if reader.big16(0) == 0xFF4F { return parse(codestream: 0, reader) }
        var at = 0
        // Headers come early: more boxes than this before the codestream are damage.
        for _ in 0..<256 {
            guard let length = reader.big32(at), let kind = reader.big32(at + 4) else { return nil }
            switch kind {
            case headerBox:
                // Its first box is the image header.
                guard reader.big32(at + 12) == imageHeader, let height = reader.big32(at + 16),
                    let width = reader.big32(at + 20), let channels = reader.big16(at + 24),
                    let depth = reader.byte(at + 26)
                else { return nil }
                return header(width, height, channels: channels, bits: depth == 255 ? 8 : (depth & 0x7F) + 1)
            case codestream: return parse(codestream: at + (length == 1 ? 16 : 8), reader)
            default: break
            }
            guard length >= 8 else { return nil }
            at += length
        }
        return nil
    }

    /// Whether Pillow opens the file: the box of headers is whole, and the codestream's markers are, as far as the first
    /// comment or tile, or up to the end of what is there.
    static func opens(_ reader: ByteReader) -> Bool {
        var at = 2
        if reader.big16(0) != 0xFF4F {
            at = 0
            while let length = reader.big32(at), let kind = reader.big32(at + 4), kind != headerBox {
                guard length >= 8 else { return false }
                at += length
            }
            guard let length = reader.big32(at), length >= 8, at + length <= reader.count else { return false }
            // Where the codestream does not follow at once, it is not looked at.
            at += length
            guard reader.big32(at + 4) == codestream, reader.big32(at + 8) == 0xFF4F_FF51 else { return true }
            at += 10
        }
        // The size, with one component.
        guard at + 40 <= reader.count, let size = reader.big16(at + 2) else { return false }
        at += 2 + size
        while at < reader.count {
            guard let kind = reader.byte(at + 1) else { return false }
            if kind == 0x90 || kind == 0xD9 { return true }
            guard let length = reader.big16(at + 2) else { return false }
            if kind == 0x64 || length < 2 { return true }
            at += 2 + length
        }
        return true
    }

    /// The marker SIZ, which comes first.
    private static func parse(codestream at: Int, _ reader: ByteReader) -> ImageHeader? {
        guard reader.big16(at) == 0xFF4F, reader.big16(at + 2) == 0xFF51, let right = reader.big32(at + 8),
            let bottom = reader.big32(at + 12), let left = reader.big32(at + 16), let top = reader.big32(at + 20),
            let channels = reader.big16(at + 40), let depth = reader.byte(at + 42)
        else { return nil }
        return header(right - left, bottom - top, channels: channels, bits: (depth & 0x7F) + 1)
    }

    private static func header(_ width: Int, _ height: Int, channels: Int, bits: Int) -> ImageHeader {
        ImageHeader(
            format: .jpeg2000, storedWidth: width, storedHeight: height, orientation: 1, bitsPerChannel: bits,
            channels: channels)
    }
}
