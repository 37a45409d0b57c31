/// Splits bytes into rows and fields, as Python's `splitlines` and `split` do.
///
/// Lines end at LF, CR or both, and are counted as editors do; the other control characters at which `splitlines` ends
/// a row end it here too, within the same line. Fields are apart by blanks.
struct RowParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let poseColumns: Int?
    private var at: Int
    private var line = 1
    private var lineStart: Int
    private(set) var rows: [LabelRow] = []
    private(set) var layout = TextLayout()
    /// The numbers of the row at hand.
    private var values: [Double] = []
    /// Rows without a field since the last one with fields.
    private var blankRow: Int?
    private var emptyRow: Int?

    /// - Parameter poseColumns: how many columns a row of a pose dataset has; nil for detection.
    init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, poseColumns: Int?) {
        self.bytes = bytes
        self.poseColumns = poseColumns
        at = start
        lineStart = start
        rows.reserveCapacity(min(bytes.count / 36 + 1, 1 << 16))
    }

    mutating func run() {
        while at < bytes.count {
            readRow()
            guard at < bytes.count else { return }
            let end = bytes[at]
            if end == 13, at + 1 < bytes.count, bytes[at + 1] == 10 { at += 1 }
            at += 1
            if end == 10 || end == 13 {
                line += 1
                lineStart = at
            }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 31 }

    private static func endsRow(_ byte: UInt8) -> Bool { (10...13).contains(byte) || (28...30).contains(byte) }

    private mutating func readRow() {
        let start = at
        var hasUnderscore = false
        values.removeAll(keepingCapacity: true)
        var problem: RowProblem?
        var column = 0
        var fields = 0
        while at < bytes.count, !Self.endsRow(bytes[at]) {
            if Self.isBlank(bytes[at]) {
                at += 1
                continue
            }
            let first = at
            while at < bytes.count, !Self.endsRow(bytes[at]), !Self.isBlank(bytes[at]) { at += 1 }
            fields += 1
            if fields == 1 {
                column = first - lineStart + 1
            }
            if case .notANumber = problem { continue }
            if let value = NumberText.parse(UnsafeBufferPointer(rebasing: bytes[first..<at])) {
                values.append(value)
                if bytes[first..<at].contains(UInt8(ascii: "_")) { hasUnderscore = true }
                if value.isFinite || problem != nil { continue }
                problem = .notFinite(field: text(first..<at))
            } else {
                problem = .notANumber(field: text(first..<at))
            }
            column = first - lineStart + 1
        }
        guard fields > 0 else {
            if at > start { blankRow = blankRow ?? line } else { emptyRow = emptyRow ?? line }
            return
        }
        if !rows.isEmpty {
            layout.blankRow = layout.blankRow ?? blankRow
            layout.emptyRow = layout.emptyRow ?? emptyRow
        }
        (blankRow, emptyRow) = (nil, nil)
        let kind = kind(fields)
        if problem == nil, kind == .other { problem = .wrongColumnCount(fields) }
        rows.append(
            LabelRow(
                line: line, column: column, kind: kind, fields: fields, values: values, problem: problem,
                hasUnderscore: hasUnderscore))
    }

    private func kind(_ fields: Int) -> RowKind {
        if let poseColumns { return fields == poseColumns ? .pose : .other }
        return fields == 5 ? .box : fields >= 7 && fields % 2 == 1 ? .polygon : .other
    }

    private func text(_ range: Range<Int>) -> String {
        let shown = bytes[range].prefix(40)
        return String(decoding: shown, as: UTF8.self) + (range.count > 40 ? "…" : "")
    }
}
