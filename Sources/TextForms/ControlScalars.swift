/// Characters that a terminal obeys instead of showing, that turn text around, or that nobody sees.
///
/// They are the control characters (C0, DEL, C1), line and paragraph separators, the marks, embeddings, overrides and
/// isolates of the bidirectional algorithm, blanks and marks without width but for the two joiners, which several
/// scripts are written with, tags, and what is no character. Wherever text leaves Assay they are written as an escape:
/// `\u{1B}` for people and in CSV, `\u001b` in JSON.
public enum ControlScalars {
    /// Whether a scalar is one of them.
    public static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: false
        case ...0x9F: true
        case 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F: true
        case 0xFDD0...0xFDEF, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        case let value: value & 0xFFFE == 0xFFFE
        }
    }

    /// `\u{1B}`, the scalar's number in hexadecimal digits.
    public static func escape(_ scalar: Unicode.Scalar) -> String { QuotedText.code(scalar, "\\u{", width: 1) + "}" }

    /// The scalar that begins at a place of valid UTF-8, where it is one of them, and its length in bytes.
    static func scalar(at place: Int, of utf8: UnsafeBufferPointer<UInt8>) -> (scalar: Unicode.Scalar, length: Int)? {
        let byte = utf8[place]
        if byte < 0x80 {
            return byte < 0x20 || byte == 0x7F ? (Unicode.Scalar(byte), 1) : nil
        }
        // Only these bytes begin one.
        guard byte == 0xC2 || byte == 0xD8 || byte == 0xE1 || byte == 0xE2 || byte >= 0xEF else { return nil }
        let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        guard place + length <= utf8.count else { return nil }
        var value = UInt32(clamping: byte) & (0x7F >> UInt32(clamping: length))
        for offset in 1..<length { value = value << 6 | UInt32(clamping: utf8[place + offset] & 0x3F) }
        guard let scalar = Unicode.Scalar(value), contains(scalar) else { return nil }
        return (scalar, length)
    }

    /// `text` with each of them that `keeps` refuses replaced; stretches without any are copied at once.
    public static func replaced(
        in text: String, keeping keeps: (Unicode.Scalar) -> Bool, by replacement: (Unicode.Scalar) -> String
    ) -> String {
        var text = text
        return text.withUTF8 { utf8 -> String? in
            var out: [UInt8] = []
            var start = 0
            var at = 0
            while at < utf8.count {
                guard let found = scalar(at: at, of: utf8), !keeps(found.scalar) else {
                    at += 1
                    continue
                }
                out.append(contentsOf: utf8[start..<at])
                out.append(contentsOf: replacement(found.scalar).utf8)
                at += found.length
                start = at
            }
            guard start > 0 else { return nil }
            out.append(contentsOf: utf8[start...])
            return String(decoding: out, as: UTF8.self)
        } ?? text
    }
}
