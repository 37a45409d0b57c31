/// What can stand in JSON. A type of several fields writes itself with `object` or `array`.
public protocol JSONWritable {
    /// Writes exactly one value.
    func write(to json: inout JSONWriter)
}

extension String: JSONWritable {
    /// In quotes, with escapes.
    public func write(to json: inout JSONWriter) { json.write(text: self) }
}

extension Substring: JSONWritable {
    /// In quotes, with escapes.
    public func write(to json: inout JSONWriter) { json.write(text: String(self)) }
}

extension JSONWritable where Self: FixedWidthInteger {
    /// In decimal digits.
    public func write(to json: inout JSONWriter) { json.write(fragment: String(self)) }
}

extension Int: JSONWritable {}
extension Int32: JSONWritable {}
extension UInt32: JSONWritable {}

extension Bool: JSONWritable {
    /// `true` or `false`
    public func write(to json: inout JSONWriter) { json.write(fragment: self ? "true" : "false") }
}

extension Double: JSONWritable {
    /// So that it reads back exactly; null where it is not finite, for which JSON has no word.
    public func write(to json: inout JSONWriter) { json.write(fragment: isFinite ? ExactNumber.text(self) : "null") }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
    /// Null where there is none.
    public func write(to json: inout JSONWriter) {
        switch self {
        case .some(let value): value.write(to: &json)
        case .none: json.write(fragment: "null")
        }
    }
}

extension Array: JSONWritable where Element: JSONWritable {
    /// All elements on one line.
    public func write(to json: inout JSONWriter) {
        json.array { json in for element in self { element.write(to: &json) } }
    }
}

/// JSON that has been written already, and is taken over as it stands.
public struct JSONFragment: JSONWritable, Sendable {
    /// Valid JSON of one value; nobody checks it.
    public let text: String

    /// - Parameter text: valid JSON of one value.
    public init(_ text: String) { self.text = text }

    /// The text, byte for byte but for markup where the writer escapes that.
    public func write(to json: inout JSONWriter) { json.write(fragment: text) }
}
