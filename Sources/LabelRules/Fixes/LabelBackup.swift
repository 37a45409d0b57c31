import FileReading
import Foundation
import TextForms

/// Copies of label files as they were before a fix, one folder a fix, below `.assay-backup` in the dataset's root.
///
/// `manifest.txt` holds a line a file: the digest of what the fix wrote, and the file's path, separated by a tab. A line
/// feed in a path is written `%0A`, and `%` as `%25`.
public enum LabelBackup {
    /// What an undo did.
    public struct Outcome: Sendable, Hashable {
        /// Paths that are as they were before the fix, absolute.
        public var restored: [String] = []
        /// Changed since the fix: left alone.
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
        try Folders.make(top)
        removePartial(top)
        do {
            try Folders.make(folder + partial)
            var lines = ""
            for (index, fix) in fixes.enumerated() {
                let isThere = FileManager.default.fileExists(atPath: fix.path)
                try AtomicFile.write(
                    fix.old, to: copy(index, in: folder + partial, isThere: isThere), tidies: false)
                lines += "\(ContentDigest.of(fix.new).hex)\t\(PercentText.escaped(fix.path))\n"
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

    /// `NUMBER.txt`; `NUMBER.none`, which is empty, of a file that the fix made.
    private static func copy(_ index: Int, in folder: String, isThere: Bool) -> String {
        "\(folder)/\(index).\(isThere ? "txt" : "none")"
    }

    /// Removes copies that a crash left incomplete; the lock is held.
    private static func removePartial(_ top: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: top)) ?? [] where name.hasSuffix(partial) {
            try? FileManager.default.removeItem(atPath: "\(top)/\(name)")
        }
    }

    /// Removes a backup of which nothing is needed any more; one that a crash leaves half removed is none.
    private static func remove(_ folder: String) throws {
        guard rename(folder, folder + partial) == 0 else {
            throw FileError(
                file: folder, message: "cannot be removed: \(String(cString: strerror(errno)))",
                wayOut: "the labels are as they were; delete the folder")
        }
        try? FileManager.default.removeItem(atPath: folder + partial)
    }

    private static func numbers(_ root: String) -> [Int] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folderName)")) ?? []).compactMap { Int($0) }
    }

    /// Takes back the last fix. A file that has changed since is left alone, and the backup is then kept.
    ///
    /// - Throws: `FileError` where there is nothing to undo, or the backup is damaged.
    public static func undo(root: String) throws -> Outcome {
        let lock = try lock(root: root)
        defer { withExtendedLifetime(lock) {} }
        return try undoLocked(root: root)
    }

    /// The same while the lock is held.
    static func undoLocked(root: String) throws -> Outcome {
        // One without a manifest was left incomplete: nothing was changed then.
        let whole = numbers(root).filter { access("\(root)/\(folderName)/\($0)/\(manifest)", F_OK) == 0 }
        guard let number = whole.max() else {
            throw FileError(
                file: "\(root)/\(folderName)", message: "holds no fix to undo",
                wayOut: "only what assay-labels --fix did can be undone")
        }
        let folder = "\(root)/\(folderName)/\(number)"
        let text = String(decoding: try FileReading.bytes(ofFile: "\(folder)/\(manifest)"), as: UTF8.self)
        var outcome = Outcome()
        var tidied: Set<String> = []
        for (index, line) in text.split(separator: "\n").enumerated() {
            let fields = line.split(separator: "\t", maxSplits: 1).map(String.init)
            guard fields.count == 2 else {
                throw FileError(
                    file: "\(folder)/\(manifest)", line: index + 1, message: "is no entry of a backup",
                    wayOut: "copy the files back by hand")
            }
            let path = PercentText.plain(fields[1])
            if tidied.insert(Paths.directory(of: path)).inserted {
                AtomicFile.removeRemains(in: Paths.directory(of: path))
            }
            let wasThere = access(copy(index, in: folder, isThere: false), F_OK) != 0
            let old = wasThere ? try FileReading.bytes(ofFile: copy(index, in: folder, isThere: true)) : nil
            let isThere = FileManager.default.fileExists(atPath: path)
            let now = isThere ? try FileReading.bytes(ofFile: path) : nil
            if now == old { continue }
            guard ContentDigest.of(now ?? []).hex == fields[0] else {
                outcome.changed.append(path)
                continue
            }
            if let old {
                try AtomicFile.write(old, to: path, tidies: false, isResult: false)
            } else if unlink(path) != 0 {
                throw FileError(
                    file: path, message: "cannot be removed: \(String(cString: strerror(errno)))",
                    wayOut: "check the folder's permissions")
            }
            outcome.restored.append(path)
        }
        if outcome.changed.isEmpty { try remove(folder) }
        return outcome
    }
}
