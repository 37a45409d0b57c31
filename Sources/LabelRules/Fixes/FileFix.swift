import FileReading
import Foundation
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
    /// Absolute, with every link followed: a label file that is a link stays one.
    public let path: String
    /// In the order in which they are changed.
    public let rows: [Row]
    let old: [UInt8]
    let new: [UInt8]
    /// Whether there was no file.
    let isNew: Bool

    init(label: String, path: String, rows: [Row], old: [UInt8], new: [UInt8], isNew: Bool) {
        (self.label, self.path, self.rows) = (label, path, rows)
        (self.old, self.new, self.isNew) = (old, new, isNew)
    }

    /// Nil where nothing changes.
    ///
    /// - Parameter old: nil where there is no file.
    init?(_ label: String, _ path: String, _ old: [UInt8]?, _ lines: LabelLines) {
        guard !lines.changes.isEmpty else { return nil }
        self.init(label: label, path: path, rows: lines.changes, old: old ?? [], new: lines.bytes, isNew: old == nil)
    }

    /// The bytes of a label file; nil where there is none.
    static func contents(of path: String) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try FileReading.bytes(ofFile: path, limit: LabelFile.largestFile)
    }

    /// - Throws: `FileError` where the file is not as it was when the fix was made.
    func check() throws {
        guard try Self.contents(of: path) == (isNew ? nil : old) else {
            throw FileError(file: label, message: "has changed while the fixes were made", wayOut: "run the fix again")
        }
    }

    /// Puts the file back as it was, where it is as the fix has left it.
    func takeBack() throws {
        guard try Self.contents(of: path) == new else { return }
        if isNew { try Self.remove(path) } else { try Self.restore(old, path) }
    }

    /// What was there before: kept whatever the machine hides of other files.
    static func restore(_ old: [UInt8], _ path: String) throws {
        try AtomicFile.write(old, to: path, tidies: false, isResult: false)
    }

    static func remove(_ path: String) throws {
        guard unlink(path) == 0 else {
            throw FileError(
                file: path, message: "cannot be removed: \(String(cString: strerror(errno)))",
                wayOut: "remove it by hand: there was none before the fix")
        }
    }
}
