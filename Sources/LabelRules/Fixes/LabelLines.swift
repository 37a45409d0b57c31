import YOLODataset

/// The lines of a label file under change: those that nothing names stay byte for byte, as do all line ends.
struct LabelLines {
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private let old: [UInt8]
    private var lines: [ArraySlice<UInt8>?]
    private var added: [String] = []
    private var rows: [FileFix.Row] = []

    init(_ bytes: [UInt8]) {
        old = bytes
        lines = bytes.split(separator: Self.newline, omittingEmptySubsequences: false).map { $0 }
    }

    /// Whether there is such a line, and it has not been deleted.
    func has(line: Int) -> Bool { lines.indices.contains(line - 1) && lines[line - 1] != nil }

    /// - Parameter text: nil deletes the line.
    mutating func replace(line: Int, by text: String?, code: String) {
        guard has(line: line), let before = lines[line - 1] else { return }
        let end = before.last == Self.carriageReturn ? [Self.carriageReturn] : []
        lines[line - 1] = text.map { (Array($0.utf8) + end)[...] }
        rows.append(
            .init(line: line, code: code, old: String(decoding: before.dropLast(end.count), as: UTF8.self), new: text))
    }

    /// Adds a line at the end.
    mutating func append(_ text: String, code: String) {
        added.append(text)
        rows.append(.init(line: lines.count + added.count, code: code, old: "", new: text))
    }

    /// The text of a line without its end; nil where there is none.
    func text(line: Int) -> String? {
        guard has(line: line), let bytes = lines[line - 1] else { return nil }
        return String(decoding: bytes.last == Self.carriageReturn ? bytes.dropLast() : bytes, as: UTF8.self)
    }

    /// Takes away a byte-order mark.
    mutating func dropMark() {
        guard let first = lines.first ?? nil, first.starts(with: [0xEF, 0xBB, 0xBF]) else { return }
        lines[0] = first.dropFirst(3)
        rows.append(.init(line: 1, code: "F002", old: "(a byte-order mark)", new: "(none)"))
    }

    /// Ends every line with a line feed alone.
    mutating func unifyEnds() {
        guard old.contains(Self.carriageReturn) || old.last != Self.newline else { return }
        var unified: [ArraySlice<UInt8>?] = []
        for line in lines {
            guard let line else { continue }
            let whole = line.last == Self.carriageReturn ? line.dropLast() : line
            unified += whole.split(separator: Self.carriageReturn, omittingEmptySubsequences: false).map { $0 }
        }
        if let last = unified.last ?? nil, !last.isEmpty { unified.append([]) }
        lines = unified
        rows.append(
            .init(
                line: 1, code: "F009",
                old: old.contains(Self.carriageReturn)
                    ? "(carriage returns at line ends)" : "(no end of the last line)",
                new: "(a line feed after each line)"))
    }

    /// Nil where nothing changes.
    func fix(_ sample: DatasetSample) -> FileFix? {
        guard !rows.isEmpty else { return nil }
        var new = Array(lines.compactMap(\.self).joined(separator: [Self.newline]))
        // A deleted last row takes the line end before it along only when there was none after it.
        if old.last == Self.newline, !new.isEmpty, new.last != Self.newline { new.append(Self.newline) }
        let lineEnd = (old.contains(Self.carriageReturn) ? [Self.carriageReturn] : []) + [Self.newline]
        for text in added {
            if new.last == Self.carriageReturn {
                new.append(Self.newline)
            } else if !new.isEmpty, new.last != Self.newline {
                new += lineEnd
            }
            new += Array(text.utf8) + lineEnd
        }
        return FileFix(label: sample.label, path: sample.labelPath, rows: rows, old: old, new: new)
    }
}
