/// Writes comma-separated values (RFC 4180, lines ended by a newline alone) into a buffer of bytes.
///
/// ```swift
/// var csv = CSVWriter(columns: ["image", "line", "loss"])
/// csv.row(image, line, loss)
/// ```
public struct CSVWriter {
    /// What has been written so far, in UTF-8.
    public private(set) var bytes: [UInt8] = []

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

    /// Text, in quotes where it holds a comma, a quote or a line end.
    mutating func write(text: String) { CSVText.append(text, to: &bytes) }
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
    public func write(to csv: inout CSVWriter) { csv.write(text: String(self)) }
}

extension Int: CSVField {}
extension Int32: CSVField {}
extension UInt32: CSVField {}

extension Double: CSVField {
    /// So that it reads back exactly; empty where it is not finite.
    public func write(to csv: inout CSVWriter) { if isFinite { csv.write(text: ExactNumber.text(self)) } }
}

extension Optional: CSVField where Wrapped: CSVField {
    /// Empty where there is none.
    public func write(to csv: inout CSVWriter) { if let self { self.write(to: &csv) } }
}

/// Single fields of comma-separated values.
public enum CSVText {
    /// `text` in quotes where it holds a comma, a quote or a line end; as it stands otherwise.
    public static func field(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What `field` made of a text, turned back.
    public static func plain(_ field: String) -> String {
        guard field.count >= 2, field.hasPrefix("\""), field.hasSuffix("\"") else { return field }
        return String(field.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }

    static func append(_ text: String, to bytes: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        func needsQuotes(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: ",") || byte == quote || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        }
        guard text.utf8.contains(where: needsQuotes) else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(quote)
        for byte in text.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
