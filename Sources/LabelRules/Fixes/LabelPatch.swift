import FileReading
import TextForms
import YOLODataset

/// A person's decision about one label row: what stood there, and what should.
public struct LabelPatch: Sendable, Hashable {
    /// Class, centre and size in fractions of the image.
    public struct Row: Sendable, Hashable {
        /// From 0.
        public var classID: Int
        /// cx, cy, width and height.
        public var values: [Double]

        /// - Parameter values: cx, cy, width and height.
        public init(classID: Int, values: [Double]) {
            self.classID = classID
            self.values = values
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
        var byImage: [String: [LabelPatch]] = [:]
        for patch in patches {
            if byImage[patch.image] == nil { order.append(patch.image) }
            byImage[patch.image, default: []].append(patch)
        }
        var fixes: [FileFix] = []
        for image in order {
            guard let sample = samples[image] else {
                refused += (byImage[image] ?? []).map { ($0, "the dataset has no such image") }
                continue
            }
            let bytes =
                sample.hasLabelFile ? try FileReading.bytes(ofFile: sample.labelPath, limit: LabelFile.largestFile) : []
            var editor = LabelFileEditor(bytes, keypointShape: dataset.keypointShape)
            for patch in byImage[image] ?? [] {
                if let reason = editor.apply(patch) { refused.append((patch, reason)) }
            }
            if let fix = editor.lines.fix(sample) { fixes.append(fix) }
        }
        self.fixes = fixes
        self.refused = refused
    }
}

/// Applies patches to one label file.
private struct LabelFileEditor {
    private static let code = "decision"

    private(set) var lines: LabelLines
    private let rows: [LabelRow]

    init(_ bytes: [UInt8], keypointShape: [Int]?) {
        lines = LabelLines(bytes)
        rows = LabelFile.parse(bytes, keypointShape: keypointShape).rows
    }

    /// Why a patch cannot be applied; nil when it was, or had been already.
    mutating func apply(_ patch: LabelPatch) -> String? {
        guard let old = patch.old else {
            guard let new = patch.new else { return nil }
            if !rows.contains(where: { says($0, new) }) {
                lines.append(Self.text(new), code: Self.code)
            }
            return nil
        }
        let fitting = rows.filter { says($0, old) && lines.has(line: $0.line) }
        guard let row = fitting.first(where: { $0.line == patch.line }) ?? (fitting.count == 1 ? fitting[0] : nil)
        else {
            let isDone = patch.new.map { new in rows.contains { says($0, new) } } ?? fitting.isEmpty
            return isDone && patch.new != nil ? nil : "row \(patch.line ?? 0) no longer says what was decided on"
        }
        guard row.kind == .box else { return "row \(row.line) is no plain box" }
        lines.replace(line: row.line, by: patch.new.map(Self.text), code: Self.code)
        return nil
    }

    /// Within a millionth: what a page shows of a row is rounded.
    private func says(_ row: LabelRow, _ other: LabelPatch.Row) -> Bool {
        guard row.classID == other.classID, let box = row.box, other.values.count == 4 else { return false }
        return zip([box.cx, box.cy, box.width, box.height], other.values).allSatisfy { abs($0 - $1) < 2e-6 }
    }

    private static func text(_ row: LabelPatch.Row) -> String {
        // As most label files are written, so that a changed row looks like its neighbours.
        let numbers = row.values.map { RowNumber.text(min($0, 1), decimals: 6, padded: true, halves: .exact) }
        return "\(row.classID) " + numbers.joined(separator: " ")
    }
}
