/// Text in double quotes, as JSON and YAML both read it.
public enum QuotedText {
    /// `text` as a JSON string, quotes included. Besides what JSON asks for, all of `ControlScalars` is escaped, so that
    /// JSON can be shown on a terminal.
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
    /// - Parameter also: further ASCII bytes that are written as `\u` and four digits.
    static func append(_ text: String, to bytes: inout [UInt8], also: (UInt8) -> Bool) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var start = 0
            var at = 0
            while at < utf8.count {
                let byte = utf8[at]
                let control = ControlScalars.scalar(at: at, of: utf8)
                guard control != nil || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || also(byte) else {
                    at += 1
                    continue
                }
                bytes.append(contentsOf: utf8[start..<at])
                if let letter = letter(byte) {
                    bytes.append(UInt8(ascii: "\\"))
                    bytes.append(letter)
                } else {
                    for unit in String(control?.scalar ?? Unicode.Scalar(byte)).utf16 { append(code: unit, to: &bytes) }
                }
                at += control?.length ?? 1
                start = at
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends `\u` and four digits.
    static func append(code unit: UInt16, to bytes: inout [UInt8]) {
        func digit(_ shift: UInt16) -> UInt8 {
            let value = UInt8(clamping: unit >> shift & 15)
            return value < 10 ? 48 + value : 87 + value
        }
        bytes.append(contentsOf: "\\u".utf8)
        for shift: UInt16 in [12, 8, 4, 0] { bytes.append(digit(shift)) }
    }
}
