/// A piece of XML, HTML or SVG. Text is escaped where it becomes a part of it, so that no name is ever taken for markup.
///
/// ```swift
/// let row = Markup.element("td", ["class": "num"], "\(count) of \(className)")
/// ```
/// A literal is markup as it stands; what is interpolated into it is escaped, unless it is markup itself.
public struct Markup: Sendable, Hashable {
    /// As it is written into a file.
    public private(set) var text: String

    /// - Parameter text: well-formed markup; nobody checks it.
    public init(verbatim text: String) { self.text = text }

    /// Text, escaped.
    public init(text: String) { self.text = XMLText.escaped(text, quotes: .both) }

    /// An element with what stands in it; attributes in their order.
    public static func element(
        _ name: String, _ attributes: KeyValuePairs<String, any MarkupValue>, _ contents: Markup...
    ) -> Markup {
        Markup(verbatim: opening(name, attributes) + ">" + joined(contents).text + "</\(name)>")
    }

    /// An element without attributes.
    public static func element(_ name: String, _ contents: Markup...) -> Markup {
        element(name, [:], joined(contents))
    }

    /// `<name …>`: an element of HTML that never holds anything.
    public static func void(_ name: String, _ attributes: KeyValuePairs<String, any MarkupValue>) -> Markup {
        Markup(verbatim: opening(name, attributes) + ">")
    }

    /// `<name …/>`: an element of XML or SVG with nothing in it.
    public static func empty(_ name: String, _ attributes: KeyValuePairs<String, any MarkupValue>) -> Markup {
        Markup(verbatim: opening(name, attributes) + "/>")
    }

    /// All of them, one behind the other.
    public static func joined(_ parts: some Sequence<Markup>, separator: String = "") -> Markup {
        Markup(verbatim: parts.map(\.text).joined(separator: separator))
    }

    /// One behind the other.
    public static func + (first: Markup, second: Markup) -> Markup { Markup(verbatim: first.text + second.text) }

    /// Appends.
    public static func += (first: inout Markup, second: Markup) { first.text += second.text }

    private static func opening(_ name: String, _ attributes: KeyValuePairs<String, any MarkupValue>) -> String {
        attributes.reduce("<\(name)") { $0 + $1.value.attribute($1.key) }
    }
}

/// What can be the value of an attribute.
public protocol MarkupValue {
    /// A blank, the name and the escaped value; empty where the attribute is left out.
    func attribute(_ name: String) -> String
}

extension String: MarkupValue {
    /// ` name="value"`
    public func attribute(_ name: String) -> String { " \(name)=\"\(XMLText.escaped(self, quotes: .both))\"" }
}

extension Int: MarkupValue {
    /// In decimal digits.
    public func attribute(_ name: String) -> String { " \(name)=\"\(self)\"" }
}

extension Double: MarkupValue {
    /// To a tenth, which is enough for pixels.
    public func attribute(_ name: String) -> String { " \(name)=\"\(Figure.text(self, decimals: 1))\"" }
}

extension Bool: MarkupValue {
    /// The name alone, or nothing.
    public func attribute(_ name: String) -> String { self ? " \(name)" : "" }
}

extension Optional: MarkupValue where Wrapped: MarkupValue {
    /// The attribute is left out where there is none.
    public func attribute(_ name: String) -> String { map { $0.attribute(name) } ?? "" }
}

extension Markup: ExpressibleByStringInterpolation {
    /// Takes markup as it stands and escapes the rest.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        /// Room for what the interpolations will add, by a guess.
        public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        /// The literal's own markup.
        public mutating func appendLiteral(_ literal: String) { text += literal }

        /// Markup in markup.
        public mutating func appendInterpolation(_ markup: Markup) { text += markup.text }

        /// Text, escaped.
        public mutating func appendInterpolation(_ value: String) {
            text += XMLText.escaped(value, quotes: .both)
        }

        /// A whole number.
        public mutating func appendInterpolation(_ value: Int) { text += String(value) }
    }

    /// Markup as it stands.
    public init(stringLiteral value: String) { text = value }

    /// Markup with escaped text in it.
    public init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
}
