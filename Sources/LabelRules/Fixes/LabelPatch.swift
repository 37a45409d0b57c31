import FileReading
import TextForms
import YOLODataset

/// A person's decision about one label row: what stood there, and what should.
public struct LabelPatch: Sendable, Hashable {
    /// Class, centre and size in fractions of the image.
    public struct Row: Sendable, Hashable {
        /// From 0.
        public var classID: Int
        /// cx, cy, width and height; of a turned box, those of the box around it.
        public var values: [Double]
        /// Of a turned box: its four corners, x and y by turns.
        public var corners: [Double]?

        /// - Parameter values: cx, cy, width and height.
        public init(classID: Int, values: [Double], corners: [Double]? = nil) {
            self.classID = classID
            self.values = values
            self.corners = corners
        }

        /// Within a millionth: what a page shows of a row is rounded.
        private static func agree(_ these: [Double], _ those: [Double]) -> Bool {
            these.count == those.count && zip(these, those).allSatisfy { abs($0 - $1) < 2e-6 }
        }

        /// Whether both mean one place.
        package func isSamePlace(as other: Row) -> Bool {
            guard let corners, let others = other.corners else { return Self.agree(values, other.values) }
            return Self.agree(corners, others)
        }
    }

    /// Relative to the dataset's root.
    public let image: String
    /// Where the row stood, 1-based; nil for a row that is to be added.
    public let line: Int?
    /// What must stand at the line; nil for a row that is to be added.
    public let old: Row?
    /// Nil for a row that is to go.
    public let new: Row?

    /// A decision; whether it fits the file is seen when it is applied.
    public init(image: String, line: Int?, old: Row?, new: Row?) {
        self.image = image
        self.line = line
        self.old = old
        self.new = new
    }
}

/// Decisions turned into changes of label files.
public struct LabelPatches: Sendable {
    /// Files in order of their first patch; nothing is written.
    public let fixes: [FileFix]
    /// Patches that no row fits any more, with the reason.
    public let refused: [(patch: LabelPatch, reason: String)]

    /// Rows are found by what they say, first where they stood, then anywhere in the file: a row that says something
    /// else now is refused. Patches that have been applied already do nothing.
    public init(_ patches: [LabelPatch], dataset: Dataset) throws {
        var samples: [String: DatasetSample] = [:]
        for sample in try dataset.listSamples().samples where samples[sample.image] == nil {
            samples[sample.image] = sample
        }
        var refused: [(LabelPatch, String)] = []
        var order: [String] = []
        // Two images, and links, may lead to one file: it is then changed once.
        var byFile: [String: (sample: DatasetSample, patches: [LabelPatch])] = [:]
        for patch in patches {
            guard let sample = samples[patch.image] else {
                refused.append((patch, "the dataset has no such image"))
                continue
            }
            do {
                let path = try LinkTarget.of(sample.labelPath)
                if byFile[path] == nil { order.append(path) }
                byFile[path, default: (sample, [])].patches.append(patch)
            } catch { refused.append((patch, error.description)) }
        }
        var fixes: [FileFix] = []
        for path in order {
            guard let (sample, patches) = byFile[path] else { continue }
            let old = try FileFix.contents(of: path)
            var editor = LabelFileEditor(old ?? [], keypointShape: dataset.keypointShape)
            for patch in patches {
                if let reason = editor.apply(patch) { refused.append((patch, reason)) }
            }
            if let fix = FileFix(sample.label, path, old, editor.lines) { fixes.append(fix) }
        }
        self.fixes = fixes
        self.refused = refused
    }
}

/// Applies patches to one label file.
private struct LabelFileEditor {
    private static let code = "decision"

    private(set) var lines: LabelLines
    private let labels: LabelFile

    init(_ bytes: [UInt8], keypointShape: [Int]?) {
        lines = LabelLines(bytes)
        labels = LabelFile.parse(bytes, keypointShape: keypointShape)
    }

    /// Why a patch cannot be applied; nil when it was, or had been already.
    mutating func apply(_ patch: LabelPatch) -> String? {
        guard labels.textProblem == nil, labels.rows.count == lines.rowCount else { return "its label file is no text" }
        if let new = patch.new, Self.text(new) == nil { return "what was decided is no box of fractions" }
        let rows = labels.rows
        guard let old = patch.old else {
            guard let new = patch.new else { return nil }
            return add(new)
        }
        let fitting = rows.indices.filter { says(rows[$0], old) && lines.has(row: $0) }
        guard
            let index = fitting.first(where: { rows[$0].line == patch.line }) ?? (fitting.count == 1 ? fitting[0] : nil)
        else {
            let isDone = patch.new.map { new in rows.contains { says($0, new) } } ?? false
            return isDone ? nil : "row \(patch.line ?? 0) no longer says what was decided on"
        }
        guard let new = patch.new else {
            lines.replace(row: index, by: nil, code: Self.code)
            return nil
        }
        return change(rows[index], at: index, to: new)
    }

    private mutating func add(_ new: LabelPatch.Row) -> String? {
        let rows = labels.rows
        guard !rows.contains(where: { says($0, new) }), let text = Self.text(new) else { return nil }
        let hasBoxes = rows.contains { $0.kind == .box }
        if new.corners != nil, hasBoxes {
            return "its other rows are plain boxes: training refuses corners among them"
        }
        if new.corners == nil, !hasBoxes, rows.contains(where: { $0.kind == .polygon }) {
            return "its other rows are corners or outlines: training refuses a plain box among them"
        }
        lines.append(text, code: Self.code)
        return nil
    }

    /// Another class changes the first field alone, whatever the row holds; another place only replaces what is written in
    /// the same way.
    private mutating func change(_ row: LabelRow, at index: Int, to new: LabelPatch.Row) -> String? {
        if Self.place(of: row)?.isSamePlace(as: new) ?? false {
            lines.replace(row: index, by: lines.text(row: index, withFirst: String(new.classID)), code: Self.code)
            return nil
        }
        guard row.kind == (new.corners == nil ? .box : .polygon) else {
            return new.corners == nil
                ? "row \(row.line) is no plain box, and its place is not changed to one"
                : "row \(row.line) is no turned box, and its place is not changed to one"
        }
        lines.replace(row: index, by: Self.text(new), code: Self.code)
        return nil
    }

    private func says(_ row: LabelRow, _ other: LabelPatch.Row) -> Bool {
        row.classID == other.classID && (Self.place(of: row)?.isSamePlace(as: other) ?? false)
    }

    /// What a row says, as a decision would say it.
    private static func place(of row: LabelRow) -> LabelPatch.Row? {
        guard let classID = row.classID, let box = row.box else { return nil }
        return .init(
            classID: classID, values: [box.cx, box.cy, box.width, box.height],
            corners: row.kind == .polygon ? row.polygon.points.flatMap { [$0.x, $0.y] } : nil)
    }

    /// Nil where a label row cannot say it.
    private static func text(_ row: LabelPatch.Row) -> String? {
        let values = row.corners ?? row.values
        // As most label files are written, so that a changed row looks like its neighbours.
        let numbers = values.compactMap {
            RowNumber.exact(min(max($0, 0), 1), decimals: 6, padded: true, halves: .exact)
        }
        guard numbers.count == values.count, values.count == (row.corners == nil ? 4 : 8), row.classID >= 0 else {
            return nil
        }
        return "\(row.classID) " + numbers.joined(separator: " ")
    }
}
