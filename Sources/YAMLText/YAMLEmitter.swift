import TextForms

/// Writes single values as YAML that every loader reads back as the same text or number.
public enum YAMLEmitter {
    /// `text` plain where that is safe, in double quotes otherwise.
    public static func scalar(_ text: String) -> String {
        isSafePlain(text) ? text : quoted(text)
    }

    /// A number that reads back exactly.
    public static func scalar(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf" }
        return ExactNumber.text(value)
    }

    /// `text` in double quotes, with everything escaped that needs it.
    public static func quoted(_ text: String) -> String {
        QuotedText.text(text) { scalar in
            guard ControlScalars.contains(scalar) else { return nil }
            return switch scalar.value {
            case ...0xFF: QuotedText.code(scalar, "\\x", width: 2)
            case ...0xFFFF: QuotedText.code(scalar, "\\u", width: 4)
            default: QuotedText.code(scalar, "\\U", width: 8)
            }
        }
    }

    private static func isSafePlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != 0x2D || text.utf8.count > 1 else { return false }
        let words: Set<String> = ["y", "n", "yes", "no", "true", "false", "on", "off", "null", "~"]
        guard !words.contains(text.lowercased()), Double(text) == nil, !text.hasPrefix("0x"), !text.hasPrefix("0o")
        else { return false }
        let firstIsPlain = isLetter(first) || first == UInt8(ascii: "/") || first == UInt8(ascii: "_")
        return firstIsPlain
            && text.utf8.allSatisfy {
                isLetter($0) || (0x30...0x39).contains($0) || "/_.-+ ".utf8.contains($0)
            } && text.utf8.last != 0x20
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
