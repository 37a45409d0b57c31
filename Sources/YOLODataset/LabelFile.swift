import FileReading

/// Why a label row cannot be used.
public enum RowProblem: Sendable, Hashable {
    /// The field at this 1-based column is no number.
    case notANumber(field: String)
    /// A number that is not finite.
    case notFinite(field: String)
    /// Not 5 columns, nor a polygon's odd number from 7.
    case wrongColumnCount(Int)
}

/// What kind of row it is, by its number of columns.
public enum RowKind: Sendable, Hashable {
    case box
    /// Class and corner points; an oriented box is one of four points.
    case polygon
    case other
}

/// One row that is not blank.
public struct LabelRow: Sendable, Hashable {
    /// 1-based.
    public let line: Int
    /// 1-based byte column of the first field that is wrong, else of the first field.
    public let column: Int
    public let kind: RowKind
    /// All fields, as far as they are numbers.
    public let values: [Double]
    public let problem: RowProblem?

    /// The first field, where it is a whole number.
    public var classID: Int? {
        guard let first = values.first, first == first.rounded(), abs(first) < 1e9 else { return nil }
        return Int(first)
    }

    /// Centre and size as fractions; of a polygon, its box. Nil where the row has a problem.
    public var box: (cx: Double, cy: Double, width: Double, height: Double)? {
        guard problem == nil else { return nil }
        switch kind {
        case .box: return (values[1], values[2], values[3], values[4])
        case .polygon:
            let xs = stride(from: 1, to: values.count, by: 2).map { values[$0] }
            let ys = stride(from: 2, to: values.count, by: 2).map { values[$0] }
            guard let left = xs.min(), let right = xs.max(), let top = ys.min(), let bottom = ys.max() else {
                return nil
            }
            return ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
        case .other: return nil
        }
    }
}

/// What is wrong with the text as a whole.
public enum TextProblem: Sendable, Hashable {
    case notUTF8(offset: Int)
    case utf16
    case containsNUL(offset: Int)
}

/// A label file, row by row.
public struct LabelFile: Sendable {
    public let rows: [LabelRow]
    /// No byte at all.
    public let isEmpty: Bool
    public let hasByteOrderMark: Bool
    public let textProblem: TextProblem?

    /// Whether the file has bytes, but no row.
    public var isBlank: Bool { !isEmpty && rows.isEmpty && textProblem == nil }

    /// A label file larger than this is not a label file.
    public static let largestFile = 64 << 20

    /// Reads a file.
    ///
    /// - Throws: `FileError` where it is missing or cannot be read.
    public static func read(_ path: String) throws -> LabelFile {
        parse(try FileReading.bytes(ofFile: path, limit: largestFile))
    }

    /// Reads rows from bytes; never fails: what cannot be used is said in the rows.
    ///
    /// Cost: one pass over the bytes.
    public static func parse(_ bytes: [UInt8]) -> LabelFile {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return LabelFile(rows: [], isEmpty: false, hasByteOrderMark: true, textProblem: .utf16)
        }
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        var parser = RowParser(bytes, from: hasMark ? 3 : 0)
        parser.run()
        return LabelFile(
            rows: parser.rows, isEmpty: bytes.isEmpty, hasByteOrderMark: hasMark, textProblem: textProblem(bytes))
    }

    private static func textProblem(_ bytes: [UInt8]) -> TextProblem? {
        guard bytes.contains(where: { $0 >= 0x80 || $0 == 0 }) else { return nil }
        if let nul = bytes.firstIndex(of: 0) {
            // UTF-16 without a mark: every other byte of ASCII text is NUL.
            return bytes.count { $0 == 0 } * 3 > bytes.count ? .utf16 : .containsNUL(offset: nul)
        }
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        return .notUTF8(offset: bytes.firstIndex { $0 >= 0x80 } ?? 0)
    }

    /// The rows that detection training can learn from: finite, positive sides, a whole class id below `classCount`,
    /// coordinates inside the image (up to 1.01, as Ultralytics takes them), exact duplicates once.
    ///
    /// One bad row does not remove the others here, though trainers drop its whole image: the label rules say so.
    public func trainableBoxes(classCount: Int) -> [LabelBox] {
        var boxes: [LabelBox] = []
        var seen: Set<[Double]> = []
        boxes.reserveCapacity(rows.count)
        for row in rows {
            guard let box = row.box, let classID = row.classID, classID >= 0, classID < classCount,
                box.width > 0, box.height > 0, row.values.dropFirst().allSatisfy({ $0 >= 0 && $0 <= 1.01 }),
                seen.insert(row.values).inserted
            else { continue }
            boxes.append(
                LabelBox(
                    classID: Int32(classID), cx: box.cx, cy: box.cy, width: box.width, height: box.height,
                    line: UInt32(clamping: row.line)))
        }
        return boxes
    }
}

/// Splits bytes into rows and fields. Lines end at LF, CR or both; fields are apart by blanks.
private struct RowParser {
    private let bytes: [UInt8]
    private var at: Int
    private var line = 1
    private(set) var rows: [LabelRow] = []

    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        at = start
        rows.reserveCapacity(bytes.count / 36 + 1)
    }

    mutating func run() {
        while at < bytes.count {
            readRow()
            if at < bytes.count {
                if bytes[at] == 13, at + 1 < bytes.count, bytes[at + 1] == 10 { at += 1 }
                at += 1
                line += 1
            }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 11 || byte == 12 }

    private mutating func readRow() {
        let start = at
        var values: [Double] = []
        values.reserveCapacity(5)
        var problem: RowProblem?
        var column = 0
        var fields = 0
        while at < bytes.count, bytes[at] != 10, bytes[at] != 13 {
            if Self.isBlank(bytes[at]) {
                at += 1
                continue
            }
            let first = at
            while at < bytes.count, bytes[at] != 10, bytes[at] != 13, !Self.isBlank(bytes[at]) { at += 1 }
            fields += 1
            if column == 0 { column = first - start + 1 }
            guard problem == nil else { continue }
            if let value = NumberText.parse(bytes[first..<at]) {
                values.append(value)
                if !value.isFinite {
                    problem = .notFinite(field: text(first..<at))
                    column = first - start + 1
                }
            } else {
                problem = .notANumber(field: text(first..<at))
                column = first - start + 1
            }
        }
        guard fields > 0 else { return }
        let isPolygon = fields >= 7 && fields % 2 == 1
        if problem == nil, fields != 5, !isPolygon { problem = .wrongColumnCount(fields) }
        rows.append(
            LabelRow(
                line: line, column: column, kind: fields == 5 ? .box : isPolygon ? .polygon : .other, values: values,
                problem: problem))
    }

    private func text(_ range: Range<Int>) -> String {
        let shown = bytes[range].prefix(40)
        return String(decoding: shown, as: UTF8.self) + (range.count > 40 ? "…" : "")
    }
}
