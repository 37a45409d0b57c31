/// Text in double quotes, as JSON and YAML both read it.
public enum QuotedText {
    /// `text` as a JSON string, quotes included. Besides what JSON asks for, U+2028 and U+2029 are escaped, which old
    /// JavaScript takes for line ends.
    public static func json(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes) { _ in false }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `text` in double quotes.
    ///
    /// - Parameter other: how a scalar is written that is neither a quote, a backslash, a tab nor a line end; nil for as
    ///   it stands.
    public static func text(_ text: String, escaping other: (Unicode.Scalar) -> String?) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, let letter = letter(UInt8(truncatingIfNeeded: scalar.value)) {
                out += "\\"
                out.unicodeScalars.append(Unicode.Scalar(letter))
            } else if let escaped = other(scalar) {
                out += escaped
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// `prefix` and the scalar's number in hexadecimal digits, at least `width` of them: `\x1F`, `\u2028`.
    public static func code(_ scalar: Unicode.Scalar, _ prefix: String, width: Int) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return prefix + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The letter that stands for a byte after a backslash; nil where there is none.
    private static func letter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        case UInt8(ascii: "\n"): UInt8(ascii: "n")
        case UInt8(ascii: "\r"): UInt8(ascii: "r")
        case UInt8(ascii: "\t"): UInt8(ascii: "t")
        default: nil
        }
    }

    // MARK: Bytes of JSON

    /// Appends `text` as a JSON string; stretches without escapes are copied at once.
    ///
    /// - Parameter also: further ASCII bytes that are written as `\u00…`.
    static func append(_ text: String, to bytes: inout [UInt8], also: (UInt8) -> Bool) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var start = 0
            var at = 0
            while at < utf8.count {
                let byte = utf8[at]
                let isLineEnd =
                    byte == 0xE2 && at + 2 < utf8.count && utf8[at + 1] == 0x80 && utf8[at + 2] & 0xFE == 0xA8
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || isLineEnd || also(byte)
                else {
                    at += 1
                    continue
                }
                bytes.append(contentsOf: utf8[start..<at])
                if isLineEnd {
                    bytes.append(contentsOf: (utf8[at + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
                } else if let letter = letter(byte) {
                    bytes.append(UInt8(ascii: "\\"))
                    bytes.append(letter)
                } else {
                    append(code: byte, to: &bytes)
                }
                at += isLineEnd ? 3 : 1
                start = at
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends `\u00…` for a byte of ASCII.
    static func append(code byte: UInt8, to bytes: inout [UInt8]) {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 15))
    }
}
