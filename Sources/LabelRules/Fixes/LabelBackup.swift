import FileReading
import Foundation
import TextForms
import YOLODataset

/// Copies of label files as they were before a fix, one folder a fix, below `.assay-backup` in the dataset's root.
///
/// `manifest.txt` holds a line a file: the digest of what the fix wrote, with `+` before it where there was no file, and
/// the file's path with its links followed, separated by a tab. A line feed in a path is written `%0A`, and `%` as `%25`.
///
/// A dataset comes from strangers, and so may a backup in it: nothing but label files of the dataset is written.
public enum LabelBackup {
    /// What an undo did.
    public struct Outcome: Sendable, Hashable {
        /// Paths that are as they were before the fix, absolute.
        public var restored: [String] = []
        /// Changed since the fix, or no label file of the dataset: left alone.
        public var changed: [String] = []

        /// One object with both lists.
        public var json: String {
            var json = JSONWriter()
            json.object { json in
                json.array("restored") { json in for path in restored { json.value(path) } }
                json.array("changed") { json in for path in changed { json.value(path) } }
            }
            json.endLine()
            return json.text
        }
    }

    static let folderName = ".assay-backup"
    /// More fixes than anyone makes of one dataset.
    private static let mostBackups = 1_000_000
    private static let manifest = "manifest.txt"
    /// What is not whole yet, or no longer.
    private static let partial = ".partial"

    /// One tool at a time corrects the labels of a dataset.
    ///
    /// The folder itself is locked: so nothing is left in it, and nothing is written where there is nothing to correct.
    static func lock(root: String) throws -> FileLock {
        try FileLock(
            root, isFolder: true, patience: 1,
            busy: FileError(
                file: root, message: "another assay tool is changing the labels of this dataset",
                wayOut: "wait until it has ended"))
    }

    /// Copies of all files, complete or not there at all. The lock is held.
    ///
    /// - Returns: the folder's path.
    static func make(_ fixes: [FileFix], root: String) throws -> String {
        let top = "\(root)/\(folderName)"
        let folder = "\(top)/\((numbers(root).max() ?? 0) + 1)"
        try checkFolder(root)
        try Folders.make(top)
        removePartial(top)
        do {
            try Folders.make(folder + partial)
            var lines = ""
            for (index, fix) in fixes.enumerated() {
                try AtomicFile.write(fix.old, to: "\(folder + partial)/\(index).txt", tidies: false)
                lines += "\(fix.isNew ? "+" : "")\(ContentDigest.of(fix.new).hex)\t\(PercentText.escaped(fix.path))\n"
            }
            try AtomicFile.write(lines, to: "\(folder + partial)/\(manifest)")
            guard rename(folder + partial, folder) == 0 else {
                throw FileError(
                    file: folder, message: "cannot be made: \(String(cString: strerror(errno)))",
                    wayOut: "make the dataset's folder writable")
            }
        } catch {
            removePartial(top)
            rmdir(top)
            throw error
        }
        return folder
    }

    /// Removes copies that a crash left incomplete; the lock is held.
    private static func removePartial(_ top: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: top)) ?? [] where name.hasSuffix(partial) {
            try? FileManager.default.removeItem(atPath: "\(top)/\(name)")
        }
    }

    /// Removes a backup of which nothing is needed any more; one that a crash leaves half removed is none.
    static func remove(_ folder: String) throws {
        guard rename(folder, folder + partial) == 0 else {
            throw FileError(
                file: folder, message: "cannot be removed: \(String(cString: strerror(errno)))",
                wayOut: "the labels are as they were; delete the folder")
        }
        try? FileManager.default.removeItem(atPath: folder + partial)
    }

    private static func numbers(_ root: String) -> [Int] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folderName)")) ?? []).compactMap { Int($0) }
            .filter { (1..<mostBackups).contains($0) }
    }

    /// - Throws: `FileError` where the folder of backups is a link: it might lead anywhere.
    private static func checkFolder(_ root: String) throws {
        let folder = "\(root)/\(folderName)"
        guard (try? FileManager.default.destinationOfSymbolicLink(atPath: folder)) == nil else {
            throw FileError(file: folder, message: "is a link", wayOut: "delete it")
        }
    }

    /// Takes back the last fix. A file that has changed since is left alone, and the backup is then kept.
    ///
    /// - Throws: `FileError` where there is nothing to undo, or the backup is damaged.
    public static func undo(_ dataset: Dataset) throws -> Outcome {
        let root = dataset.root
        try checkFolder(root)
        let lock = try lock(root: root)
        defer { withExtendedLifetime(lock) {} }
        // One without a manifest was left incomplete: nothing was changed then.
        let whole = numbers(root).filter { access("\(root)/\(folderName)/\($0)/\(manifest)", F_OK) == 0 }
        guard let number = whole.max() else {
            throw FileError(
                file: "\(root)/\(folderName)", message: "holds no fix to undo",
                wayOut: "only what assay-labels --fix did can be undone")
        }
        let folder = "\(root)/\(folderName)/\(number)"
        let own = Set(try dataset.listSamples().samples.compactMap { try? LinkTarget.of($0.labelPath) })
        // Which files are the dataset's is not known where a folder could not be listed.
        try MachineFaults.check()
        var outcome = Outcome()
        let entries = try entries(folder)
        for folder in Set(entries.map { Paths.directory(of: $0.path) })
        where own.contains(where: { $0.hasPrefix(folder) }) {
            AtomicFile.removeRemains(in: folder)
        }
        for (index, entry) in entries.enumerated() {
            let old = try FileReading.bytes(ofFile: "\(folder)/\(index).txt", limit: LabelFile.largestFile)
            let now = try FileFix.contents(of: entry.path)
            if entry.isNew ? now == nil : now == old { continue }
            guard own.contains(entry.path), let now, ContentDigest.of(now).hex == entry.digest else {
                outcome.changed.append(entry.path)
                continue
            }
            if entry.isNew { try FileFix.remove(entry.path) } else { try FileFix.restore(old, entry.path) }
            outcome.restored.append(entry.path)
        }
        if outcome.changed.isEmpty { try remove(folder) }
        return outcome
    }

    private struct Entry {
        var isNew: Bool
        var digest: String
        var path: String
    }

    private static func entries(_ folder: String) throws -> [Entry] {
        let file = "\(folder)/\(manifest)"
        let text = String(decoding: try FileReading.bytes(ofFile: file, limit: 1 << 30), as: UTF8.self)
        return try text.split(separator: "\n").enumerated().map { index, line in
            let fields = line.split(separator: "\t", maxSplits: 1).map(String.init)
            guard fields.count == 2 else {
                throw FileError(
                    file: file, line: index + 1, message: "is no entry of a backup",
                    wayOut: "copy the files back by hand")
            }
            let isNew = fields[0].hasPrefix("+")
            return Entry(
                isNew: isNew, digest: String(fields[0].dropFirst(isNew ? 1 : 0)), path: PercentText.plain(fields[1]))
        }
    }
}
