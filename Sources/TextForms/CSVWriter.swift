import CheckedNumbers

/// Writes comma-separated values (RFC 4180, lines ended by a newline alone) into a buffer of bytes.
///
/// A text is written so that no spreadsheet takes it for a formula, and a row is always one line: `CSVText` has the rule
/// and its inverse. Numbers stand as they are.
///
/// ```swift
/// var csv = CSVWriter(columns: ["image", "line", "loss"])
/// csv.row(image, line, loss)
/// ```
public struct CSVWriter {
    /// What has been written so far, in UTF-8, but for what has been taken.
    public private(set) var bytes: [UInt8] = []

    /// Takes what has been written away, so that a long file need not be in memory whole.
    public mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// What has been written so far.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Writes the names of the columns as the first row.
    public init(columns: [String]) { row(columns) }

    /// A row of fields of several types.
    public mutating func row<each Field: CSVField>(_ fields: repeat each Field) {
        var isFirst = true
        for field in repeat each fields { append(field, &isFirst) }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// A row of fields of one type.
    public mutating func row(_ fields: [some CSVField]) {
        var isFirst = true
        for field in fields { append(field, &isFirst) }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ field: some CSVField, _ isFirst: inout Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        field.write(to: &self)
    }

    /// Text, as `CSVText` has it.
    mutating func write(text: String) { CSVText.append(text, to: &bytes) }

    /// Digits, a sign, a point, an exponent: never a formula.
    mutating func write(number: String) { bytes.append(contentsOf: number.utf8) }
}

/// What can be a field of a row.
public protocol CSVField {
    /// Writes the field, without the comma.
    func write(to csv: inout CSVWriter)
}

extension String: CSVField {
    /// In quotes where that is needed.
    public func write(to csv: inout CSVWriter) { csv.write(text: self) }
}

extension CSVField where Self: FixedWidthInteger {
    /// In decimal digits.
    public func write(to csv: inout CSVWriter) { csv.write(number: String(self)) }
}

extension Int: CSVField {}
extension Int32: CSVField {}
extension UInt32: CSVField {}

extension Double: CSVField {
    /// So that it reads back exactly; empty where it is not finite.
    public func write(to csv: inout CSVWriter) { if isFinite { csv.write(number: ExactNumber.text(self)) } }
}

extension Float: CSVField {
    /// So that it reads back exactly; empty where it is not finite.
    public func write(to csv: inout CSVWriter) { if isFinite { csv.write(number: "\(self)") } }
}

extension Optional: CSVField where Wrapped: CSVField {
    /// Empty where there is none.
    public func write(to csv: inout CSVWriter) { if let self { self.write(to: &csv) } }
}

/// Single fields of comma-separated values.
///
/// 1. A control character (`ControlScalars`; line ends and tabs are some) is written `\u{1B}`, and a `\u{` of the text
///    itself `\u{5C}u{`.
/// 2. A text that begins with `=`, `+`, `-`, `@` or their wide forms, behind any number of blanks and apostrophes, gets an
///    apostrophe before it: spreadsheets take such a cell for text and not for a formula.
/// 3. A cell that holds a comma or a quote, or begins with a colon, an order to servers that build, stands in quotes;
///    quotes in it are doubled.
///
/// `plain` is the inverse: all texts read back.
public enum CSVText {
    private static let quote = UInt8(ascii: "\"")
    private static let apostrophe = UInt8(ascii: "'")
    private static let mark = Array("\\u{".utf8)

    /// `text` as the cell of a row.
    public static func field(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What `field` made of a text, turned back.
    public static func plain(_ field: String) -> String {
        var cell = Array(field.utf8)
        if cell.count >= 2, cell.first == quote, cell.last == quote {
            cell = Array(cell[1..<cell.count - 1]).replacing([quote, quote], with: [quote])
        }
        if cell.first == apostrophe, isFormula(cell) { cell.removeFirst() }
        return String(decoding: unescaped(cell), as: UTF8.self)
    }

    static func append(_ text: String, to bytes: inout [UInt8]) {
        let cell = escaped(text)
        let needsQuotes =
            cell.first == UInt8(ascii: ":") || cell.contains { $0 == UInt8(ascii: ",") || $0 == quote }
        if needsQuotes { bytes.append(quote) }
        if isFormula(cell) { bytes.append(apostrophe) }
        for byte in cell {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        if needsQuotes { bytes.append(quote) }
    }

    /// Whether a spreadsheet might compute it, were it not for apostrophes.
    private static func isFormula(_ cell: [UInt8]) -> Bool {
        // Most names begin with a letter.
        guard let byte = cell.first, byte < 0x41 || byte >= 0x80 else { return false }
        let scalars = String(decoding: cell, as: UTF8.self).unicodeScalars
        switch scalars.first(where: { $0 != "'" && !$0.properties.isWhitespace }) {
        case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": return true
        default: return false
        }
    }

    private static func escaped(_ text: String) -> [UInt8] {
        var marked = text
        if text.utf8.contains(mark[0]) {
            marked = String(
                decoding: Array(text.utf8).replacing(mark, with: Array("\\u{5C}u{".utf8)), as: UTF8.self)
        }
        return Array(ControlScalars.replaced(in: marked, keeping: { _ in false }, by: ControlScalars.escape).utf8)
    }

    private static func unescaped(_ cell: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var rest = cell[...]
        while let start = rest.firstRange(of: mark) {
            let digits = rest[start.upperBound...].prefix { $0 != UInt8(ascii: "}") }
            guard digits.endIndex < rest.endIndex, digits.count <= 6,
                let scalar = Int(String(decoding: digits, as: UTF8.self), radix: 16).flatMap({
                    UInt32(exactly: $0).flatMap(Unicode.Scalar.init)
                })
            else {
                out += rest[..<start.upperBound]
                rest = rest[start.upperBound...]
                continue
            }
            out += rest[..<start.lowerBound] + Array(String(scalar).utf8)
            rest = rest[digits.endIndex...].dropFirst()
        }
        return out + rest
    }
}
