/// Text in XML, HTML and SVG.
public enum XMLText {
    /// What becomes of control characters, most of which XML 1.0 has no place for.
    public enum Controls: Sendable {
        /// Left out, but for tabs and line ends.
        case dropped
        /// A blank for each, tabs and line ends included: for attributes, where a reader would make blanks of those.
        case spaces
    }

    /// Which quotes are escaped.
    public enum Quotes: Sendable {
        /// None: for contents.
        case none
        /// `"`: for contents and for attributes in double quotes.
        case double
        /// `"` and `'`: for attributes in either.
        case both
    }

    /// `text` with `&`, `<`, `>` and quotes as entities.
    public static func escaped(_ text: String, quotes: Quotes = .double, controls: Controls = .dropped) -> String {
        // Nearly all text is printable ASCII without any of these.
        guard text.utf8.contains(where: { $0 < 0x20 || $0 > 0x7E || "&<>\"'".utf8.contains($0) }) else { return text }
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"" where quotes != .none: out += "&quot;"
            case "'" where quotes == .both: out += "&#39;"
            case "\t", "\n", "\r": out.unicodeScalars.append(controls == .dropped ? scalar : " ")
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": if controls == .spaces { out += " " }
            // Allowed, but no text that anyone means.
            case "\u{7F}"..."\u{9F}" where controls == .dropped: continue
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
