/// Text on one line: `%` and line ends as `%25`, `%0D` and `%0A`.
public enum PercentText {
    /// - Parameter also: further ASCII characters that are written as `%` and two digits.
    public static func escaped(_ text: String, also: String = "") -> String {
        guard text.utf8.contains(where: { "%\r\n".utf8.contains($0) || also.utf8.contains($0) }) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%", "\r", "\n": out += QuotedText.code(scalar, "%", width: 2)
            case _ where also.unicodeScalars.contains(scalar): out += QuotedText.code(scalar, "%", width: 2)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// What `escaped` made of a text, turned back; further characters stay escaped.
    public static func plain(_ text: String) -> String {
        text.replacing("%0D", with: "\r").replacing("%0A", with: "\n").replacing("%25", with: "%")
    }

    /// `path` as the path or a value in the query of a URL: letters, digits, `-._~/` as they are, all other bytes as `%` and
    /// two digits.
    public static func url(path: String) -> String {
        var out: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
                UInt8(ascii: "/"):
                out.append(byte)
            default: out += Array(QuotedText.code(Unicode.Scalar(byte), "%", width: 2).utf8)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
