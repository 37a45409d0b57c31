import FileReading
import Foundation
import YOLODataset

/// A person's decision about one label row: what stood there, and what should.
public struct LabelPatch: Sendable, Hashable {
    /// Class, centre and size in fractions of the image.
    public struct Row: Sendable, Hashable {
        public var classID: Int
        public var values: [Double]

        public init(classID: Int, values: [Double]) {
            self.classID = classID
            self.values = values
        }
    }

    /// Relative to the dataset's root.
    public let image: String
    /// Where the row stood, 1-based; nil for a row that is to be added.
    public let line: Int?
    public let old: Row?
    /// Nil for a row that is to go.
    public let new: Row?

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
            if let fix = editor.fix(sample, old: bytes) { fixes.append(fix) }
        }
        self.fixes = fixes
        self.refused = refused
    }
}

/// One label file under change: lines that no patch names stay byte for byte.
private struct LabelFileEditor {
    private var lines: [ArraySlice<UInt8>?]
    private let rows: [LabelRow]
    private var added: [String] = []
    private var changes: [FileFix.Row] = []
    private let lineEnd: [UInt8]

    init(_ bytes: [UInt8], keypointShape: [Int]?) {
        lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map { $0 }
        rows = LabelFile.parse(bytes, keypointShape: keypointShape).rows
        lineEnd = bytes.contains(13) ? [13, 10] : [10]
    }

    /// Why a patch cannot be applied; nil when it was, or had been already.
    mutating func apply(_ patch: LabelPatch) -> String? {
        guard let old = patch.old else {
            guard let new = patch.new else { return nil }
            if !rows.contains(where: { says($0, new) }) {
                let text = Self.text(new)
                added.append(text)
                changes.append(.init(line: lines.count + added.count, code: "decision", old: "", new: text))
            }
            return nil
        }
        let fitting = rows.filter { says($0, old) && lines.indices.contains($0.line - 1) && lines[$0.line - 1] != nil }
        guard let row = fitting.first(where: { $0.line == patch.line }) ?? (fitting.count == 1 ? fitting[0] : nil)
        else {
            let isDone = patch.new.map { new in rows.contains { says($0, new) } } ?? fitting.isEmpty
            return isDone && patch.new != nil ? nil : "row \(patch.line ?? 0) no longer says what was decided on"
        }
        guard row.kind == .box else { return "row \(row.line) is no plain box" }
        let line = lines[row.line - 1] ?? []
        let end = line.last == 13 ? [UInt8(13)] : []
        let text = patch.new.map(Self.text)
        lines[row.line - 1] = text.map { (Array($0.utf8) + end)[...] }
        changes.append(
            .init(
                line: row.line, code: "decision", old: String(decoding: line.dropLast(end.count), as: UTF8.self),
                new: text))
        return nil
    }

    /// Within a millionth: what a page shows of a row is rounded.
    private func says(_ row: LabelRow, _ other: LabelPatch.Row) -> Bool {
        guard row.classID == other.classID, let box = row.box, other.values.count == 4 else { return false }
        return zip([box.cx, box.cy, box.width, box.height], other.values).allSatisfy { abs($0 - $1) < 2e-6 }
    }

    private static func text(_ row: LabelPatch.Row) -> String {
        "\(row.classID) " + row.values.map { String(format: "%.6f", min(max($0, 0), 1)) }.joined(separator: " ")
    }

    func fix(_ sample: DatasetSample, old: [UInt8]) -> FileFix? {
        guard !changes.isEmpty else { return nil }
        var new = Array(lines.compactMap(\.self).joined(separator: [10]))
        if old.last == 10, !new.isEmpty, new.last != 10 { new.append(10) }
        for text in added {
            if new.last == 13 { new.append(10) } else if !new.isEmpty, new.last != 10 { new += lineEnd }
            new += Array(text.utf8) + lineEnd
        }
        return FileFix(label: sample.label, path: sample.labelPath, rows: changes, old: old, new: new)
    }
}
