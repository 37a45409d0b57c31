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

    /// - Returns: the folder's path.
    static func make(_ fixes: [FileFix], root: String) throws -> String {
        let folder = "\(root)/\(folderName)/\((numbers(root).max() ?? 0) + 1)"
        var lines = ""
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw FileError(
                file: folder, message: "cannot be made: \(error.localizedDescription)",
                wayOut: "make the dataset's folder writable")
        }
        for (index, fix) in fixes.enumerated() {
            try AtomicFile.write(fix.old, to: "\(folder)/\(index).txt")
            lines += "\(ContentDigest.of(fix.new).hex)\t\(PercentText.escaped(fix.path))\n"
        }
        try AtomicFile.write(lines, to: "\(folder)/\(manifest)")
        return folder
    }

    private static func numbers(_ root: String) -> [Int] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folderName)")) ?? []).compactMap { Int($0) }
    }

    /// Takes back the last fix. A file that has changed since is left alone, and the backup is then kept.
    ///
    /// - Throws: `FileError` where there is nothing to undo, or the backup is damaged.
    public static func undo(root: String) throws -> Outcome {
        guard let number = numbers(root).max() else {
            throw FileError(
                file: "\(root)/\(folderName)", message: "holds no fix to undo",
                wayOut: "only what assay-labels --fix did can be undone")
        }
        let folder = "\(root)/\(folderName)/\(number)"
        let text = String(decoding: try FileReading.bytes(ofFile: "\(folder)/\(manifest)"), as: UTF8.self)
        var outcome = Outcome()
        for (index, line) in text.split(separator: "\n").enumerated() {
            let fields = line.split(separator: "\t", maxSplits: 1).map(String.init)
            guard fields.count == 2 else {
                throw FileError(
                    file: "\(folder)/\(manifest)", line: index + 1, message: "is no entry of a backup",
                    wayOut: "copy the files back by hand")
            }
            let path = PercentText.plain(fields[1])
            let old = try FileReading.bytes(ofFile: "\(folder)/\(index).txt")
            let now = (try? FileReading.bytes(ofFile: path)) ?? []
            if now == old { continue }
            guard ContentDigest.of(now).hex == fields[0] else {
                outcome.changed.append(path)
                continue
            }
            try AtomicFile.write(old, to: path)
            outcome.restored.append(path)
        }
        if outcome.changed.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
        return outcome
    }
}
