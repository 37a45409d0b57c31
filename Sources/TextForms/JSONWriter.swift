/// Writes JSON into a buffer of bytes, value after value: commas, keys, escapes and line breaks are its business.
///
/// ```swift
/// var json = JSONWriter()
/// json.object(.lines) { json in
///     json.member("file", finding.file)
///     json.member("line", finding.line)     // null where it is nil
///     json.array("boxes") { json in for box in boxes { json.value(box) } }
/// }
/// ```
/// Time is proportional to the bytes that are written; no value is kept as a tree.
public struct JSONWriter {
    /// Blanks after colons and commas on one line.
    public enum Spacing: Sendable {
        /// `{"a": 1, "b": 2}`
        case spaced
        /// `{"a":1,"b":2}`
        case tight
    }

    /// Where the members of an object or the elements of an array stand.
    public enum Layout: Sendable {
        /// All on the line that is being written.
        case line
        /// Each on a line of its own, one step further in, and the closing bracket on the next.
        case lines
        /// The first on the line that is being written, each further one on a line of its own, one step further in.
        case hanging
    }

    /// What has been written so far, in UTF-8, but for what has been taken.
    public private(set) var bytes: [UInt8] = []

    /// Takes what has been written away, so that a long file need not be in memory whole.
    public mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// What has been written so far.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    private let spacing: Spacing
    private let step: Int
    private let escapesMarkup: Bool
    private var layout = Layout.line
    private var indent = 0
    private var isFirst = true
    private var followsKey = false
    private var startsLine = false

    /// - Parameters:
    ///   - step: blanks by which `.lines` and `.hanging` go in.
    ///   - escapesMarkup: `<`, `>` and `&` as `\u003c` …, so that nothing can end the HTML element around the JSON.
    public init(spacing: Spacing = .spaced, step: Int = 2, escapesMarkup: Bool = false) {
        self.spacing = spacing
        self.step = step
        self.escapesMarkup = escapesMarkup
    }

    // MARK: Values

    /// One value: an element of the array that is being written, or the whole document.
    public mutating func value(_ value: some JSONWritable) { value.write(to: &self) }

    /// A member of the object that is being written.
    public mutating func member(_ key: String, _ value: some JSONWritable) {
        self.key(key)
        value.write(to: &self)
    }

    /// An object as an element, or as the whole document.
    public mutating func object<Failure>(
        _ layout: Layout = .line, _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try container("{", layout, members, "}")
    }

    /// An object as a member.
    public mutating func object<Failure>(
        _ key: String, _ layout: Layout = .line, _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.key(key)
        try container("{", layout, members, "}")
    }

    /// An array as an element, or as the whole document.
    public mutating func array<Failure>(
        _ layout: Layout = .line, _ elements: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try container("[", layout, elements, "]")
    }

    /// An array as a member.
    public mutating func array<Failure>(
        _ key: String, _ layout: Layout = .line, _ elements: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.key(key)
        try container("[", layout, elements, "]")
    }

    /// The next member, element or closing bracket stands on a line of its own.
    public mutating func startLine() { startsLine = true }

    /// Ends a document with a newline: after it another one may follow, as in JSON Lines.
    public mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        isFirst = true
    }

    // MARK: What values are made of

    /// Text in quotes.
    mutating func write(text: String) {
        begin()
        QuotedText.append(text, to: &bytes) { byte in
            escapesMarkup && (byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&"))
        }
    }

    /// JSON that has been written elsewhere, as it stands.
    mutating func write(fragment: String) {
        begin()
        guard escapesMarkup else {
            bytes.append(contentsOf: fragment.utf8)
            return
        }
        for byte in fragment.utf8 {
            switch byte {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
                QuotedText.append(code: UInt16(clamping: byte), to: &bytes)
            default: bytes.append(byte)
            }
        }
    }

    private mutating func key(_ key: String) {
        write(text: key)
        bytes.append(UInt8(ascii: ":"))
        if spacing == .spaced { bytes.append(UInt8(ascii: " ")) }
        followsKey = true
    }

    private mutating func container<Failure>(
        _ opening: Unicode.Scalar, _ layout: Layout, _ body: (inout JSONWriter) throws(Failure) -> Void,
        _ closing: Unicode.Scalar
    ) throws(Failure) {
        begin()
        bytes.append(UInt8(ascii: opening))
        let outer = self.layout
        let inner = layout == .line ? 0 : step
        self.layout = layout
        isFirst = true
        indent += inner
        try body(&self)
        indent -= inner
        if layout == .lines || startsLine { breakLine() }
        bytes.append(UInt8(ascii: closing))
        self.layout = outer
        isFirst = false
    }

    /// What stands before a value: the comma after the last one, and a blank or a line break.
    private mutating func begin() {
        if followsKey {
            followsKey = false
            return
        }
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        if startsLine || layout == .lines || layout == .hanging && !isFirst {
            breakLine()
        } else if !isFirst, spacing == .spaced {
            bytes.append(UInt8(ascii: " "))
        }
        isFirst = false
    }

    private mutating func breakLine() {
        startsLine = false
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<indent { bytes.append(UInt8(ascii: " ")) }
    }
}
