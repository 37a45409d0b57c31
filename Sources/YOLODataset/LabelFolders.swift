import FileReading

/// The label folders of a dataset, each listed once, and which of their files belong to an image.
struct LabelFolders {
    private struct Folder {
        var names: Set<String>
        var taken: Set<String> = []
        /// Whether files that no image takes are reported.
        var isReported: Bool
    }

    /// Text files that people keep beside labels.
    private static let notLabels: Set<String> = ["classes.txt", "train.txt", "val.txt", "test.txt", "notes.txt"]

    private var folders: [String: Folder] = [:]

    /// Whether there is such a label file; it then belongs to an image.
    mutating func take(_ path: String, isReported: Bool) -> Bool {
        let name = Paths.fileName(of: path)
        let folder = Paths.directory(of: path)
        let exists =
            folders[folder, default: Self.list(folder)].names.contains(name)
        if isReported { folders[folder]?.isReported = true }
        if exists { folders[folder]?.taken.insert(name) }
        return exists
    }

    /// Adds a folder and those below it, so that labels of folders without images are seen too.
    mutating func addTree(_ path: String) {
        for folder in FolderTree.folders(in: path) {
            folders[folder, default: Self.list(folder)].isReported = true
        }
    }

    /// Label files that no image took.
    func left() -> [String] {
        folders.flatMap { folder, contents in
            contents.isReported ? contents.names.subtracting(contents.taken).map { folder + "/" + $0 } : []
        }.filter { !Self.notLabels.contains(Paths.fileName(of: $0)) }
    }

    private static func list(_ folder: String) -> Folder {
        let entries = (try? FolderEntry.list(folder)) ?? []
        return Folder(names: Set(entries.lazy.map(\.name).filter { $0.hasSuffix(".txt") }), isReported: false)
    }
}
