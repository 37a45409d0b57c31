import FileReading
import Foundation
import Imaging
import YOLODataset

/// A label file with its fixes.
public struct FileFix: Sendable, Hashable {
    /// One row that changes.
    public struct Row: Sendable, Hashable {
        /// 1-based.
        public let line: Int
        /// Of the rule that the row breaks.
        public let code: String
        /// The row without its line end.
        public let old: String
        /// Nil for a row that is deleted.
        public let new: String?
    }

    /// Relative to the dataset's root.
    public let label: String
    /// Absolute.
    public let path: String
    /// In the order in which they are changed.
    public let rows: [Row]
    let old: [UInt8]
    let new: [UInt8]

    /// Both in one.
    func followed(by next: FileFix?) -> FileFix {
        guard let next else { return self }
        return FileFix(label: label, path: path, rows: rows + next.rows, old: old, new: next.new)
    }
}

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
        return try WorkerPool.map(
            count: samples.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, index -> FileFix? in
                let sample = samples[index]
                guard let bytes = try? FileReading.bytes(ofFile: sample.labelPath, limit: LabelFile.largestFile) else {
                    return nil
                }
                let header = try? ImageHeader.readFile(sample.imagePath)
                var lines = LabelLines(bytes)
                mendText(LabelFile.parse(bytes, keypointShape: dataset.keypointShape), &lines)
                // Rows whose separators were mended may have more to correct.
                let first = lines.fix(sample)
                let mended = first?.new ?? bytes
                let changes = RowFix.changes(
                    LabelFile.parse(mended, keypointShape: dataset.keypointShape),
                    size: header.map { ($0.width, $0.height) }, allowsGuesses: allowsGuesses)
                var second = LabelLines(mended)
                for change in changes { second.replace(line: change.line, by: change.new, code: change.code) }
                return first.map { $0.followed(by: second.fix(sample)) } ?? second.fix(sample)
            }
        ).compactMap(\.self)
    }

    /// The text as it is meant: separators, blank rows, line ends, no byte-order mark.
    private static func mendText(_ file: LabelFile, _ lines: inout LabelLines) {
        guard file.textProblem == nil else { return }
        for row in file.rows {
            guard row.wronglySeparatedField != nil, let text = lines.text(line: row.line),
                let mended = RowFix.mended(separators: text)
            else { continue }
            lines.replace(line: row.line, by: mended, code: "F007")
        }
        if file.layout.blankRow != nil, let last = file.rows.last?.line, let first = file.rows.first?.line {
            for line in first..<last where lines.text(line: line)?.allSatisfy({ " \t".contains($0) }) ?? false {
                if lines.text(line: line)?.isEmpty == false { lines.replace(line: line, by: nil, code: "F011") }
            }
        }
        if file.hasByteOrderMark { lines.dropMark() }
        if !file.rows.isEmpty { lines.unifyEnds() }
    }

    /// What would change, row by row.
    public static func diff(_ fixes: [FileFix]) -> String {
        fixes.map { fix in
            "--- \(fix.label)\n+++ \(fix.label)\n"
                + fix.rows.map { row in
                    "@@ line \(row.line), \(row.code) @@\n-\(row.old)\n" + (row.new.map { "+\($0)\n" } ?? "")
                }.joined()
        }.joined()
    }

    /// Writes the fixes. Copies of all files are complete before the first is written.
    ///
    /// - Parameter then: what belongs to the change, done while nobody else may change labels: where it fails, the files
    ///   are put back.
    /// - Returns: the folder with the copies.
    /// - Throws: `FileError`; files that were written by then can be undone.
    public static func apply(_ fixes: [FileFix], root: String, then: () throws -> Void = {}) throws -> String {
        let lock = try LabelBackup.lock(root: root)
        defer { withExtendedLifetime(lock) {} }
        // Somebody may have saved a file since it was read: then none is written.
        for fix in fixes { try check(fix) }
        for folder in Set(fixes.map { Paths.directory(of: $0.path) }) { AtomicFile.removeRemains(in: folder) }
        let backup = try LabelBackup.make(fixes, root: root)
        do {
            for fix in fixes {
                try check(fix)
                try Folders.make(Paths.directory(of: fix.path))
                try AtomicFile.write(fix.new, to: fix.path, tidies: false)
            }
            try then()
        } catch {
            // All of it or nothing; where the disk takes nothing more, the copies stay.
            if (try? LabelBackup.undoLocked(root: root))?.changed.isEmpty ?? false { throw error }
            throw FileError(
                file: root, message: "only some of the label files were changed: \(error)",
                wayOut: "then take the change back with assay-labels undo, and run again")
        }
        return backup
    }

    private static func check(_ fix: FileFix) throws {
        // Where there was no file, there is to be none yet.
        if fix.old.isEmpty, !FileManager.default.fileExists(atPath: fix.path) { return }
        guard try FileReading.bytes(ofFile: fix.path, limit: LabelFile.largestFile) == fix.old else {
            throw FileError(
                file: fix.label, message: "has changed while the fixes were made", wayOut: "run the fix again")
        }
    }
}
