import AnnotationSources
import FileReading
import Foundation
import YOLODataset

/// An export on the disk: its folder, the files in it, and the images that its annotations may mean.
struct ExportFolder: Sendable {
    /// Absolute.
    let root: String
    /// Relative to the root, in the order of their bytes; of one file that was named, that file alone.
    let files: [String]
    let images: ImageIndex
    /// Whether the export is all of the folder.
    let isWholeFolder: Bool
    let jobs: Int
    let isCancelled: @Sendable () -> Bool

    /// A file of annotations larger than this is not read.
    static let largestFile = 2 << 30

    /// - Parameters:
    ///   - path: a folder, or a file whose folder holds the images.
    ///   - format: whose exports are of one file, or of many that belong together.
    ///   - imageFolder: where images are looked for besides.
    /// - Throws: `FileError` where a folder cannot be listed.
    init(
        _ path: String, format: AnnotationFormat, imageFolder: String?, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool
    ) throws {
        let absolute = Paths.absolute(path)
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: absolute, isDirectory: &isFolder)
        root = isFolder.boolValue ? absolute : Paths.directory(of: absolute)
        let all = try Self.list(root)
        let isOfMany = [.yolo, .darknet, .supervisely].contains(format)
        isWholeFolder = isFolder.boolValue || isOfMany
        files = isWholeFolder ? all.sorted() : [Paths.fileName(of: absolute)]
        let further = try imageFolder.map { folder in
            let folder = Paths.absolute(folder)
            return (folder, try Self.list(folder))
        }
        images = ImageIndex([(root, all)] + (further.map { [$0] } ?? []))
        (self.jobs, self.isCancelled) = (jobs, isCancelled)
    }

    private static func list(_ folder: String) throws -> [String] {
        var files: [String] = []
        let tree = FolderTree.walk(folder) { path, names in
            let prefix = path == folder ? "" : Paths.relative(path, to: folder) + "/"
            for index in 0..<names.count where names.kind(index) == .file { files.append(prefix + names[index]) }
        }
        if let unreadable = tree.unreadable.first {
            throw FileError(file: unreadable, message: "may not be read", wayOut: "check its permissions")
        }
        return files
    }

    /// Those with one of some suffixes, in lower case.
    func files(_ suffixes: String...) -> [String] {
        files.filter { suffixes.contains(Paths.suffix(of: $0).lowercased()) }
    }

    /// - Throws: `FileError` where the file is missing or too large.
    func bytes(_ file: String, limit: Int = largestFile) throws -> [UInt8] {
        try FileReading.bytes(ofFile: root + "/" + file, limit: limit)
    }

    /// What a small text file says, line by line without blanks at the ends; nil where there is none.
    func lines(_ file: String) -> [String]? {
        guard let bytes = try? bytes(file, limit: 1 << 28) else { return nil }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0).split { $0 == 10 || $0 == 13 }.map {
            String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty }
    }

    /// Reads files side by side, and keeps their order.
    func map<Result: Sendable>(
        _ files: [String], _ read: @Sendable @escaping (String) throws -> Result
    ) throws -> [Result] {
        try WorkerPool.map(
            count: files.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, index in try read(files[index]) })
    }
}
