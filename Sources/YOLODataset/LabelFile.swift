import FileReading

/// Why a label row cannot be used.
public enum RowProblem: Sendable, Hashable {
    /// The field at this 1-based column is no number.
    case notANumber(field: String)
    /// A number that is not finite.
    case notFinite(field: String)
    /// Not 5 columns, nor a polygon's odd number from 7; of a pose dataset, not what its `kpt_shape` asks for.
    case wrongColumnCount(Int)
}

/// What kind of row it is, by its number of columns.
public enum RowKind: Sendable, Hashable {
    case box
    /// Class and corner points; an oriented box is one of four points.
    case polygon
    /// Class, box and keypoints.
    case pose
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

    /// The numbers that must lie in the image: box or points, without the keypoints' visibility.
    public var placeValues: ArraySlice<Double> { kind == .pose ? values[1..<5] : values.dropFirst() }

    /// Centre and size as fractions; of a polygon, its box. Nil where the row has a problem.
    public var box: (cx: Double, cy: Double, width: Double, height: Double)? {
        guard problem == nil else { return nil }
        switch kind {
        case .box, .pose: return (values[1], values[2], values[3], values[4])
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
    /// - Parameter keypointShape: the dataset's `kpt_shape`; nil for detection.
    /// - Throws: `FileError` where it is missing or cannot be read.
    public static func read(_ path: String, keypointShape: [Int]? = nil) throws -> LabelFile {
        parse(try FileReading.bytes(ofFile: path, limit: largestFile), keypointShape: keypointShape)
    }

    /// Reads rows from bytes; never fails: what cannot be used is said in the rows.
    ///
    /// Cost: one pass over the bytes.
    public static func parse(_ bytes: [UInt8], keypointShape: [Int]? = nil) -> LabelFile {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return LabelFile(rows: [], isEmpty: false, hasByteOrderMark: true, textProblem: .utf16)
        }
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let rows = bytes.withUnsafeBufferPointer { buffer in
            var parser = RowParser(buffer, from: hasMark ? 3 : 0, poseColumns: poseColumns(keypointShape))
            parser.run()
            return parser.rows
        }
        return LabelFile(
            rows: rows, isEmpty: bytes.isEmpty, hasByteOrderMark: hasMark, textProblem: textProblem(bytes))
    }

    /// Columns of a pose row: class, box, and `[points, numbers a point]` of `kpt_shape`.
    private static func poseColumns(_ shape: [Int]?) -> Int? {
        guard let shape, shape.count == 2, (1...10_000).contains(shape[0]), (2...3).contains(shape[1]) else {
            return nil
        }
        return 5 + shape[0] * shape[1]
    }

    private static func textProblem(_ bytes: [UInt8]) -> TextProblem? {
        guard bytes.contains(where: { $0 >= 0x80 || $0 == 0 }) else { return nil }
        if let nul = bytes.firstIndex(of: 0) {
            // UTF-16 without a mark: every other byte of ASCII text is NUL.
            return bytes.count { $0 == 0 } * 3 > bytes.count ? .utf16 : .containsNUL(offset: nul)
        }
        var parser = Unicode.UTF8.ForwardParser()
        var input = bytes.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &input) {
            case .valid(let scalar): offset += scalar.count
            case .error: return .notUTF8(offset: offset)
            case .emptyInput: return nil
            }
        }
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
                box.width > 0, box.height > 0, row.placeValues.allSatisfy({ $0 >= 0 && $0 <= 1.01 }),
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
