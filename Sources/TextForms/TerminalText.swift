/// Text for people, as a terminal and the log of a server that builds may be given it: nothing in it drives either.
///
/// ```swift
/// Tool.output("\(rows) rows of \(path) changed\n")
/// ```
/// A literal stands as it is; what is interpolated into it is escaped, line ends included, unless it is such a text
/// itself. All that is printed goes through this type.
public struct TerminalText: Sendable, Hashable {
    /// A way of drawing text.
    public enum Style: String, Sendable, CaseIterable {
        case bold = "1"
        case faint = "2"
        case red = "1;31"
        case yellow = "1;33"
        case cyan = "36"
    }

    /// What is printed: no control characters but line feeds, tabs of what was `written`, and the styles' own.
    public private(set) var text: String

    /// Text of several lines that one of our own writers has made, and that says what is meant by a line end.
    public init(written text: String) {
        self.text = ControlScalars.replaced(in: text, keeping: { $0 == "\n" || $0 == "\t" }, by: ControlScalars.escape)
    }

    /// A name, a path or a value, on one line whatever it holds.
    public init(name: String) { text = Self.shown(name) }

    /// In a style, where there is colour.
    public func styled(_ style: Style?) -> TerminalText {
        guard let style else { return self }
        var styled = self
        styled.text = "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
        return styled
    }

    /// `text` on one line, with every control character as an escape, and without what servers that build take for an
    /// order: `::` at the beginning, `##[` and `##vso[` anywhere. What is shown already stays as it is.
    public static func shown(_ text: String) -> String {
        var text = text
        if text.withUTF8(isHarmless) { return text }
        let plain = ControlScalars.replaced(in: text, keeping: { _ in false }, by: ControlScalars.escape)
        guard plain.utf8.contains(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ":") }) else { return plain }
        var bytes = Array(plain.utf8)
        for order in ["##[", "##vso["] {
            bytes = bytes.replacing(Array(order.utf8), with: Array("#\\u{23}\(order.dropFirst(2))".utf8))
        }
        let blanks = plain.unicodeScalars.prefix { $0.properties.isWhitespace }
        let start = String(blanks).utf8.count
        if bytes[start...].starts(with: "::".utf8) {
            bytes.replaceSubrange(start...start, with: Array("\\u{3A}".utf8))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether nothing in it needs a second look: printable ASCII without a pair of signs that an order has.
    private static func isHarmless(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for byte in utf8 {
            guard (0x20...0x7E).contains(byte) else { return false }
            if byte == previous, byte == UInt8(ascii: "#") || byte == UInt8(ascii: ":") { return false }
            previous = byte
        }
        return true
    }

    /// One behind the other.
    public static func + (first: TerminalText, second: TerminalText) -> TerminalText {
        var both = first
        both += second
        return both
    }

    /// Appends.
    public static func += (first: inout TerminalText, second: TerminalText) { first.text += second.text }
}

extension Sequence<TerminalText> {
    /// All of them, one behind the other.
    public func joined(separator: TerminalText = "") -> TerminalText {
        var all: TerminalText = ""
        for (number, part) in enumerated() {
            if number > 0 { all += separator }
            all += part
        }
        return all
    }
}

extension TerminalText: ExpressibleByStringInterpolation {
    /// Takes such text as it stands and escapes the rest.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        /// Room for what the interpolations will add, by a guess.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        /// The literal, as it is.
        public mutating func appendLiteral(_ literal: String) { text += literal }

        /// Such text in another.
        public mutating func appendInterpolation(_ value: TerminalText) { text += value.text }

        /// Anything else, escaped.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += TerminalText.shown(value.description)
        }
    }

    /// Text as it stands.
    public init(stringLiteral value: String) { text = value }

    /// Text with escaped values in it.
    public init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
}
