/// A label file under change: rows and line ends that nothing names stay byte for byte.
///
/// It is cut where readers end a row (`RowParser`), so that a row has the same number here and in `LabelFile.rows`: at
/// line feeds, carriage returns or both, and at the other characters at which Python ends a line.
struct LabelLines {
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// A stretch without a line end, and the end behind it.
    private struct Piece {
        /// Nil where it has been deleted, with its end.
        var text: ArraySlice<UInt8>?
        var end: ArraySlice<UInt8>
        /// 1-based, as editors count.
        let line: Int
        var isChanged = false
    }

    private let old: [UInt8]
    private var mark: ArraySlice<UInt8>
    private var pieces: [Piece]
    /// The pieces that hold more than blanks.
    private let rowPieces: [Int]
    private var added: [String] = []
    /// What has been done, in order.
    private(set) var changes: [FileFix.Row] = []

    /// - Parameter bytes: UTF-8.
    init(_ bytes: [UInt8]) {
        old = bytes
        mark = bytes.starts(with: Self.mark) ? bytes[..<3] : []
        pieces = Self.cut(bytes, from: mark.count)
        rowPieces = pieces.indices.filter { [pieces] index in pieces[index].text.map(Self.holdsMore) ?? false }
    }

    private static func cut(_ bytes: [UInt8], from first: Int) -> [Piece] {
        var pieces: [Piece] = []
        var start = first
        var at = first
        var line = 1
        while at < bytes.count {
            let length = endLength(bytes[at...])
            guard length > 0 else {
                at += 1
                continue
            }
            pieces.append(Piece(text: bytes[start..<at], end: bytes[at..<at + length], line: line))
            if bytes[at] == newline || bytes[at] == carriageReturn { line += 1 }
            at += length
            start = at
        }
        if start < bytes.count { pieces.append(Piece(text: bytes[start...], end: [], line: line)) }
        return pieces
    }

    /// Bytes of the line end that stands first; 0 where none does.
    private static func endLength(_ bytes: ArraySlice<UInt8>) -> Int {
        switch bytes.first {
        case carriageReturn?: bytes.dropFirst().first == newline ? 2 : 1
        case newline?, 11?, 12?, 28?, 29?, 30?: 1
        case 0xC2?: bytes.dropFirst().first == 0x85 ? 2 : 0
        case 0xE2?: bytes.starts(with: [0xE2, 0x80, 0xA8]) || bytes.starts(with: [0xE2, 0x80, 0xA9]) ? 3 : 0
        default: 0
        }
    }

    private static func holdsMore(_ text: ArraySlice<UInt8>) -> Bool {
        // Nearly every row begins with a digit.
        if text.contains(where: { $0 > 0x20 && $0 < 0x7F }) { return true }
        return String(decoding: text, as: UTF8.self).unicodeScalars.contains { !isBlank($0) }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20, 0x09, 0x1F, 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    // MARK: Rows

    /// As many as `LabelFile.rows` has of the same bytes.
    var rowCount: Int { rowPieces.count }

    /// The line that a row stands on, 1-based; nil where there is no such row.
    func line(row: Int) -> Int? { rowPieces.indices.contains(row) ? pieces[rowPieces[row]].line : nil }

    /// Whether there is such a row, and nothing has changed it.
    func has(row: Int) -> Bool { rowPieces.indices.contains(row) && !pieces[rowPieces[row]].isChanged }

    /// The text of a row without its end; nil where there is none.
    func text(row: Int) -> String? {
        guard rowPieces.indices.contains(row) else { return nil }
        return pieces[rowPieces[row]].text.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first field of a row as it stands; nil where there is no such row.
    func firstField(row: Int) -> String? { leading(fields: 1, row: row) }

    /// A row with another first field, and all else as it stands; nil where there is no such row.
    func text(row: Int, withFirst field: String) -> String? {
        guard let text = text(row: row)?.unicodeScalars, let start = text.firstIndex(where: { !Self.isBlank($0) })
        else {
            return nil
        }
        let end = text[start...].firstIndex(where: Self.isBlank) ?? text.endIndex
        return String(text[..<start]) + field + String(text[end...])
    }

    /// A row up to the end of a field, without blanks before the first; nil where it has fewer.
    func leading(fields count: Int, row: Int) -> String? {
        guard let text = text(row: row)?.unicodeScalars.drop(while: Self.isBlank) else { return nil }
        var end = text.startIndex
        for _ in 0..<count {
            guard let start = text[end...].firstIndex(where: { !Self.isBlank($0) }) else { return nil }
            end = text[start...].firstIndex(where: Self.isBlank) ?? text.endIndex
        }
        return String(text[..<end])
    }

    /// - Parameter text: nil deletes the row with its end.
    mutating func replace(row: Int, by text: String?, code: String) {
        guard has(row: row) else { return }
        replace(piece: rowPieces[row], by: text, code: code)
    }

    private mutating func replace(piece: Int, by text: String?, code: String) {
        guard let before = pieces[piece].text else { return }
        pieces[piece].isChanged = true
        pieces[piece].text = text.map { Array($0.utf8)[...] }
        if text == nil { pieces[piece].end = [] }
        changes.append(
            .init(line: pieces[piece].line, code: code, old: String(decoding: before, as: UTF8.self), new: text))
    }

    /// Adds a row at the end.
    mutating func append(_ text: String, code: String) {
        added.append(text)
        let line = (pieces.last?.line ?? 0) + added.count
        changes.append(.init(line: line, code: code, old: "", new: text))
    }

    // MARK: The text as a whole

    /// Deletes what stands between rows and holds blanks alone; lines without a byte stay.
    mutating func deleteBlankRows(code: String) {
        guard let first = rowPieces.first, let last = rowPieces.last else { return }
        for index in first...last where !(pieces[index].text ?? []).isEmpty {
            if let text = pieces[index].text, !Self.holdsMore(text) { replace(piece: index, by: nil, code: code) }
        }
    }

    /// Takes away a byte-order mark.
    mutating func dropMark(code: String) {
        guard !mark.isEmpty else { return }
        mark = []
        changes.append(.init(line: 1, code: code, old: "(a byte-order mark)", new: "(none)"))
    }

    /// Ends every line with a line feed alone.
    mutating func unifyEnds(code: String) {
        let hasReturns = pieces.contains { $0.end.first == Self.carriageReturn }
        let lacksEnd = pieces.last.map { $0.text != nil && $0.end.isEmpty } ?? false
        guard hasReturns || lacksEnd else { return }
        for index in pieces.indices where pieces[index].end.first == Self.carriageReturn {
            pieces[index].end = [Self.newline]
        }
        if lacksEnd { pieces[pieces.count - 1].end = [Self.newline] }
        changes.append(
            .init(
                line: 1, code: code,
                old: hasReturns ? "(carriage returns at line ends)" : "(no end of the last line)",
                new: "(a line feed after each line)"))
    }

    /// The whole file as it is now.
    var bytes: [UInt8] {
        var bytes = Array(mark)
        for piece in pieces { if let text = piece.text { bytes += text + piece.end } }
        let end = old.contains(Self.carriageReturn) ? [Self.carriageReturn, Self.newline] : [Self.newline]
        for text in added {
            if let last = bytes.dropFirst(mark.count).last, last != Self.newline, last != Self.carriageReturn {
                bytes += end
            }
            bytes += Array(text.utf8) + end
        }
        return bytes
    }
}
