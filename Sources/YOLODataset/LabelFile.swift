import CheckedNumbers
import FileReading
import Geometry

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
public struct LabelRow: Sendable {
    private let shortLine: UInt32
    private let shortColumn: UInt32
    /// By its number of columns, whatever they hold.
    public let kind: RowKind
    /// Whether a number holds an underscore, which Python reads over: `1_0` is 10.
    public let hasUnderscore: Bool
    private let shortFields: UInt16
    /// The first five numbers.
    private let numbers: (Double, Double, Double, Double, Double)
    /// What a plain row of five numbers does not have.
    private let more: More?

    private final class More: Sendable {
        let values: [Double]
        let problem: RowProblem?

        init(_ values: [Double], _ problem: RowProblem?) {
            self.values = values
            self.problem = problem
        }
    }

    init(
        line: Int, column: Int, kind: RowKind, fields: Int, values: [Double], problem: RowProblem?,
        hasUnderscore: Bool = false
    ) {
        shortLine = UInt32(clamping: line)
        shortColumn = UInt32(clamping: column)
        self.kind = kind
        self.hasUnderscore = hasUnderscore
        shortFields = UInt16(clamping: fields)
        func number(_ index: Int) -> Double { index < values.count ? values[index] : 0 }
        numbers = (number(0), number(1), number(2), number(3), number(4))
        more = kind == .box && problem == nil ? nil : More(values, problem)
    }

    /// 1-based.
    public var line: Int { Int(shortLine) }
    /// 1-based byte column of the first field that is wrong, else of the first field.
    public var column: Int { Int(shortColumn) }
    /// How many fields it has, up to 65,535.
    public var fields: Int { Int(shortFields) }
    /// Why the row cannot be used; nil where it can.
    public var problem: RowProblem? { more?.problem }
    /// All fields up to the first that is no number.
    public var values: [Double] {
        more?.values ?? [numbers.0, numbers.1, numbers.2, numbers.3, numbers.4]
    }

    /// The first field, where it is a whole number.
    public var classID: Int? {
        let first = numbers.0
        guard more.map({ !$0.values.isEmpty }) ?? true, first == first.rounded(), abs(first) < 1e9 else { return nil }
        return Int(clamping: first)
    }

    /// The numbers that must lie in the image: box or points, without the keypoints' visibility.
    public var placeValues: ArraySlice<Double> { kind == .pose ? values[1..<5] : values.dropFirst() }

    /// The greatest of `placeValues`; 0 where there are none.
    public var largestPlace: Double {
        guard kind == .polygon || kind == .other else { return max(numbers.1, numbers.2, numbers.3, numbers.4) }
        return placeValues.max() ?? 0
    }

    /// The least of `placeValues`; 0 where there are none.
    public var smallestPlace: Double {
        guard kind == .polygon || kind == .other else { return min(numbers.1, numbers.2, numbers.3, numbers.4) }
        return placeValues.min() ?? 0
    }

    /// The same for rows of the same place; 0 and −0 are the same.
    var placeKey: Double { numbers.1 + 3 * numbers.2 + 7 * numbers.3 + 13 * numbers.4 }

    /// Whether both rows hold the same numbers.
    public func equals(_ other: LabelRow) -> Bool {
        if more == nil, other.more == nil { return numbers == other.numbers }
        return values == other.values
    }

    /// Whether both rows hold the same numbers but for the class.
    public func hasSamePlace(as other: LabelRow) -> Bool {
        guard numbers.1 == other.numbers.1, numbers.2 == other.numbers.2 else { return false }
        return values.dropFirst() == other.values.dropFirst()
    }

    /// Centre and size as fractions; of a polygon, its box. Nil where the row has a problem.
    public var box: Box? {
        guard problem == nil else { return nil }
        switch kind {
        case .box, .pose: return Box(cx: numbers.1, cy: numbers.2, width: numbers.3, height: numbers.4)
        case .polygon: return polygon.bounds.map { Box($0) }
        case .other: return nil
        }
    }

    /// The points of a polygon as fractions; none of another row.
    public var polygon: Polygon {
        guard kind == .polygon else { return Polygon([]) }
        let values = values
        return Polygon(stride(from: 1, to: values.count - 1, by: 2).map { PlanePoint(values[$0], values[$0 + 1]) })
    }
}

/// What is wrong with the text as a whole.
public enum TextProblem: Sendable, Hashable {
    case notUTF8(offset: Int)
    case utf16
    case containsNUL(offset: Int)
}

/// How the text is laid out.
public struct TextLayout: Sendable, Hashable {
    /// Line of the first row of blanks alone between two others; nil where there is none.
    public internal(set) var blankRow: Int?
    /// Line of the first empty row between two others.
    public internal(set) var emptyRow: Int?
    /// Whether a line ends with CR, alone or before LF.
    public internal(set) var hasCarriageReturns = false
    /// Whether the last line has an end.
    public internal(set) var endsWithLineFeed = false
}

/// A label file, row by row.
public struct LabelFile: Sendable {
    /// In order, without blank ones; those with a problem included. None where the text has one.
    public let rows: [LabelRow]
    /// No byte at all.
    public let isEmpty: Bool
    /// Whether the text begins with UTF-8's mark, which is no part of the first row.
    public let hasByteOrderMark: Bool
    /// Why the bytes are no text; nil where they are.
    public let textProblem: TextProblem?
    /// Blank rows and line ends.
    public let layout: TextLayout

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
        bytes.withUnsafeBufferPointer { parse($0, keypointShape: keypointShape) }
    }

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>, keypointShape: [Int]?) -> LabelFile {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return LabelFile(
                rows: [], isEmpty: false, hasByteOrderMark: true, textProblem: .utf16, layout: TextLayout())
        }
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let problem = textProblem(bytes)
        func rows(_ buffer: UnsafeBufferPointer<UInt8>) -> RowParser {
            var parser = RowParser(buffer, from: hasMark ? 3 : 0, poseColumns: poseColumns(keypointShape))
            parser.run()
            return parser
        }
        let isPlain = problem != nil || bytes.allSatisfy { $0 < 0x80 }
        let parser =
            isPlain ? rows(bytes) : UnicodeBlanks.plain(bytes, from: hasMark ? 3 : 0).withUnsafeBufferPointer(rows)
        var layout = parser.layout
        layout.hasCarriageReturns = bytes.contains(13)
        layout.endsWithLineFeed = bytes.last == 10 || bytes.last == 13
        return LabelFile(
            rows: parser.rows, isEmpty: bytes.isEmpty, hasByteOrderMark: hasMark, textProblem: problem, layout: layout)
    }

    /// Columns of a pose row: class, box, and `[points, numbers a point]` of `kpt_shape`.
    private static func poseColumns(_ shape: [Int]?) -> Int? {
        guard let shape, shape.count == 2, (1...10_000).contains(shape[0]), (2...3).contains(shape[1]) else {
            return nil
        }
        return 5 + shape[0] * shape[1]
    }

    private static func textProblem(_ bytes: UnsafeBufferPointer<UInt8>) -> TextProblem? {
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
    ///
    /// - Parameter keepsCorners: rows of corners keep them, for models of turned boxes.
    public func trainableBoxes(classCount: Int, keepsCorners: Bool = false) -> [LabelBox] {
        var boxes: [LabelBox] = []
        boxes.reserveCapacity(rows.count)
        let copies = Set(repeats { $0.equals($1) }.map(\.index))
        for (index, row) in rows.enumerated() {
            guard let box = row.box, let classID = row.classID, classID >= 0, classID < classCount,
                box.width > 0, box.height > 0, row.smallestPlace >= 0, row.largestPlace <= 1.01,
                !copies.contains(index)
            else { continue }
            var label = LabelBox(classID: Int32(classID), box: box, line: UInt32(clamping: row.line))
            if keepsCorners, row.kind == .polygon { label.corners = row.polygon.points }
            boxes.append(label)
        }
        return boxes
    }
}
