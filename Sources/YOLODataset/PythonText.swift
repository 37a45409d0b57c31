/// Text as Python's `str` methods take it apart.
enum PythonText {
    /// What `str.strip` takes off.
    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 9...13, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Where `str.splitlines` ends a line, after the ends of lines were made LF.
    private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 10...13, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// The lines of a text file, as `open(file).read().strip().splitlines()` gives them; nil where it is not UTF-8.
    ///
    /// - Parameter dropsMark: whether a byte-order mark at the beginning is no part of the text.
    static func lines(_ bytes: [UInt8], dropsMark: Bool = false) -> [String]? {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let kept = bytes.dropFirst(dropsMark && bytes.starts(with: mark) ? mark.count : 0)
        guard let text = String(validating: kept, as: UTF8.self) else { return nil }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return [] }
        var lines: [String] = []
        var start = first
        var at = first
        let end = scalars.index(after: last)
        while at < end {
            let next = scalars.index(after: at)
            if endsLine(scalars[at]) {
                lines.append(String(scalars[start..<at]))
                let isPair = scalars[at] == "\r" && next < end && scalars[next] == "\n"
                start = isPair ? scalars.index(after: next) : next
                at = start
            } else {
                at = next
            }
        }
        lines.append(String(scalars[start..<end]))
        return lines
    }
}

extension String {
    /// Without blanks at both ends.
    var pythonStripped: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !PythonText.isBlank($0) }),
            let last = scalars.lastIndex(where: { !PythonText.isBlank($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
