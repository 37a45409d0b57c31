/// Text in XML, HTML and SVG.
public enum XMLText {
    /// Whether line ends and tabs mean something. All other `ControlScalars`, most of which XML 1.0 has no place for, are
    /// written `\u{1B}`.
    public enum LineEnds: Sendable {
        /// They stay.
        case kept
        /// They are written as the others: for attributes, where a reader would make blanks of them.
        case shown
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
    public static func escaped(_ text: String, quotes: Quotes = .double, lineEnds: LineEnds = .kept) -> String {
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
            case "\t" where lineEnds == .kept, "\n" where lineEnds == .kept: out.unicodeScalars.append(scalar)
            case _ where ControlScalars.contains(scalar): out += ControlScalars.escape(scalar)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
