import FileReading
import Foundation
import Imaging
import TextForms
import YOLODataset

/// Corrects label rows: each file at once or not at all, with a copy of what was there.
public enum LabelFixer {
    /// The files that have something to correct, in order; nothing is written.
    ///
    /// - Parameter allowsGuesses: also fixes that need a decision: pixels and corners for fractions and centre, large
    ///   overshoots, boxes outside, a sixth column.
    public static func plan(
        _ dataset: Dataset, splits: [String]? = nil, allowsGuesses: Bool, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool = { false }
    ) throws -> [FileFix] {
        // Two images, or two splits, may share a label file.
        var seen: Set<String> = []
        let samples = try dataset.listSamples(splits: splits).samples.filter {
            $0.hasLabelFile && seen.insert($0.labelPath).inserted
        }
        let fixes = try WorkerPool.map(
            count: samples.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, index -> FileFix? in
                let sample = samples[index]
                guard let bytes = try? FileReading.bytes(ofFile: sample.labelPath, limit: LabelFile.largestFile) else {
                    return nil
                }
                let header = try? ImageHeader.readFile(sample.imagePath)
                guard
                    let correction = corrected(
                        bytes, keypointShape: dataset.keypointShape, size: header.map { ($0.width, $0.height) },
                        allowsGuesses: allowsGuesses)
                else { return nil }
                return FileFix(
                    label: sample.label, path: try LinkTarget.of(sample.labelPath), rows: correction.rows, old: bytes,
                    new: correction.new, isNew: false)
            }
        ).compactMap(\.self)
        // Links may lead to one file.
        var written: Set<String> = []
        return fixes.filter { written.insert($0.path).inserted }
    }

    /// What becomes of the bytes of a label file; nil where nothing is to be corrected.
    ///
    /// - Parameters:
    ///   - keypointShape: the dataset's `kpt_shape`; nil for detection.
    ///   - size: of the image after EXIF orientation; without it, nothing that needs pixels is touched.
    public static func corrected(
        _ bytes: [UInt8], keypointShape: [Int]? = nil, size: (width: Int, height: Int)?, allowsGuesses: Bool
    ) -> (rows: [FileFix.Row], new: [UInt8])? {
        var text = LabelLines(bytes)
        mendText(LabelFile.parse(bytes, keypointShape: keypointShape), &text)
        // Rows whose separators were mended may have more to correct.
        let mended = text.bytes
        var rows = LabelLines(mended)
        let changes = RowFix.changes(
            LabelFile.parse(mended, keypointShape: keypointShape), rows, size: size, allowsGuesses: allowsGuesses)
        for change in changes { rows.replace(row: change.row, by: change.new, code: change.code) }
        let all = text.changes + rows.changes
        return all.isEmpty ? nil : (all, rows.bytes)
    }

    /// The text as it is meant: separators, blank rows, line ends, no byte-order mark.
    private static func mendText(_ file: LabelFile, _ lines: inout LabelLines) {
        guard file.textProblem == nil, file.rows.count == lines.rowCount else { return }
        for (index, row) in file.rows.enumerated() {
            guard row.wronglySeparatedField != nil, let text = lines.text(row: index),
                let mended = RowFix.mended(separators: text)
            else { continue }
            lines.replace(row: index, by: mended, code: "F007")
        }
        if file.layout.blankRow != nil { lines.deleteBlankRows(code: "F011") }
        lines.dropMark(code: "F002")
        if !file.rows.isEmpty { lines.unifyEnds(code: "F009") }
    }

    /// What would change, row by row.
    public static func diff(_ fixes: [FileFix]) -> TerminalText {
        fixes.map { fix in
            let rows = fix.rows.map { row -> TerminalText in
                let new: TerminalText = row.new.map { "+\($0)\n" } ?? ""
                return "@@ line \(row.line), \(row.code) @@\n-\(row.old)\n\(new)"
            }
            return "--- \(fix.label)\n+++ \(fix.label)\n\(rows.joined())"
        }.joined()
    }

    /// Writes the fixes. Copies of all files are complete before the first is written.
    ///
    /// - Parameter then: what belongs to the change, done while nobody else may change labels: where it fails, the files
    ///   are put back.
    /// - Returns: the folder with the copies.
    /// - Throws: `FileError`; all files are then as they were, or the error says that `undo` puts them back.
    public static func apply(_ fixes: [FileFix], root: String, then: () throws -> Void = {}) throws -> String {
        let lock = try LabelBackup.lock(root: root)
        defer { withExtendedLifetime(lock) {} }
        // Somebody may have saved a file since it was read: then none is written.
        for fix in fixes { try fix.check() }
        for folder in Set(fixes.map { Paths.directory(of: $0.path) }) { AtomicFile.removeRemains(in: folder) }
        let backup = try LabelBackup.make(fixes, root: root)
        do {
            for fix in fixes {
                try fix.check()
                try Folders.make(Paths.directory(of: fix.path))
                try AtomicFile.write(fix.new, to: fix.path, tidies: false)
            }
            try then()
        } catch {
            do {
                for fix in fixes { try fix.takeBack() }
                try LabelBackup.remove(backup)
            } catch let second {
                throw FileError(
                    file: root, message: "only some of the label files were changed: \(error); \(second)",
                    wayOut: "then take the change back with assay-labels undo, and run again")
            }
            throw error
        }
        return backup
    }
}
