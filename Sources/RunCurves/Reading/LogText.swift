import CheckedNumbers
import FileReading

/// Lines and cells of a log, within bounds.
enum LogText {
    /// Larger than the log of any training: a million epochs of twenty columns.
    static let largestFile = 256 << 20
    /// More columns than any trainer writes.
    static let mostColumns = 2000
    /// More epochs than any training has.
    static let mostRows = 2_000_000

    /// A line with its number, from 1, without its end; whether it has one.
    struct Line {
        let number: Int
        let bytes: ArraySlice<UInt8>
        let isEnded: Bool
    }

    /// The lines of a text; a byte order mark is left out.
    static func lines(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var number = 1
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
            var last = end
            if last > start, bytes[last - 1] == 13 { last -= 1 }
            lines.append(Line(number: number, bytes: bytes[start..<last], isEnded: end < bytes.count))
            start = end + 1
            number += 1
        }
        return lines
    }

    /// The cells of a line of comma-separated values, without blanks around them; quotes are taken away.
    static func cells(_ line: ArraySlice<UInt8>) -> [String] {
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var at = line.startIndex
        while at < line.endIndex {
            let byte = line[at]
            if byte == UInt8(ascii: "\"") {
                if isQuoted, at + 1 < line.endIndex, line[at + 1] == byte {
                    cell.append(byte)
                    at += 1
                } else {
                    isQuoted.toggle()
                }
            } else if byte == UInt8(ascii: ","), !isQuoted {
                cells.append(text(cell))
                cell.removeAll(keepingCapacity: true)
                // The last one holds whatever is left.
                if cells.count >= mostColumns { break }
            } else {
                cell.append(byte)
            }
            at += 1
        }
        cells.append(text(cell))
        return cells
    }

    private static func text(_ bytes: [UInt8]) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
        let from = bytes.firstIndex { !isBlank($0) } ?? bytes.count
        let to = bytes.lastIndex { !isBlank($0) } ?? -1
        return from <= to ? String(decoding: bytes[from...to], as: UTF8.self) : ""
    }

    /// Words between blanks.
    static func words(_ line: ArraySlice<UInt8>) -> [String] {
        line.split(whereSeparator: { $0 == 32 || $0 == 9 }).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A number as Python prints it; nil where it is none. `nan` and `inf` are numbers here.
    static func number(_ text: String) -> Double? {
        switch text.lowercased() {
        case "nan", "-nan": return .nan
        case "inf", "infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default:
            let isPlain = text.utf8.allSatisfy {
                (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0)
            }
            return isPlain ? Double(text) : nil
        }
    }
}
