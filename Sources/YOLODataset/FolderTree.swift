import FileReading
import Foundation

/// One name in a folder.
struct FolderEntry {
    let name: String
    let isLink: Bool
    let isFolder: Bool

    /// The names in a folder by readdir, sorted, without dot files.
    ///
    /// A name that is not UTF-8 is repaired, and so cannot be opened later: that is found and reported with the file.
    static func list(_ folder: String) throws -> [FolderEntry] {
        guard let handle = opendir(folder) else {
            throw FileError(
                file: folder, message: String(cString: strerror(errno)), wayOut: "check the folder's permissions")
        }
        defer { closedir(handle) }
        var entries: [FolderEntry] = []
        let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        while let entry = readdir(handle) {
            // The name may be longer than the tuple that Swift imports it as: read it where it lies.
            let text = (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self)
            if text[0] == 0x2E { continue }
            let type = Int(entry.pointee.d_type)
            let name = String(cString: text)
            var isFolder = type == Int(DT_DIR)
            let isLink = type == Int(DT_LNK)
            if isLink || type == Int(DT_UNKNOWN) {
                var status = stat()
                isFolder = stat(folder + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            }
            entries.append(FolderEntry(name: name, isLink: isLink, isFolder: isFolder))
        }
        return entries.sorted { $0.name < $1.name }
    }
}

/// A folder with all those below it; links to folders are followed, each real folder is entered once.
struct FolderTree {
    /// Folders that could not be listed.
    private(set) var unreadable: [String] = []

    /// Where a folder really is, so that a link which leads back ends the walk.
    private struct Identity: Hashable {
        let device: UInt
        let inode: UInt

        init?(_ folder: String) {
            var status = stat()
            guard stat(folder, &status) == 0 else { return nil }
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
        }
    }

    /// Calls `visit(folder, entry)` for everything that is not a folder.
    ///
    /// Real folders come before links, so that a file which both lead to is seen under its real path.
    static func walk(_ top: String, _ visit: (String, FolderEntry) -> Void) -> FolderTree {
        var tree = FolderTree()
        var entered: Set<Identity> = []
        var waiting = [top]
        var links: [String] = []
        while let folder = waiting.popLast() ?? links.popLast() {
            guard let identity = Identity(folder), entered.insert(identity).inserted else { continue }
            guard let entries = try? FolderEntry.list(folder) else {
                tree.unreadable.append(folder)
                continue
            }
            for entry in entries {
                if !entry.isFolder {
                    visit(folder, entry)
                } else if entry.isLink {
                    links.append(folder + "/" + entry.name)
                } else {
                    waiting.append(folder + "/" + entry.name)
                }
            }
        }
        return tree
    }

    /// The folder and all those below it.
    static func folders(in top: String) -> [String] {
        var found: [String] = []
        var entered: Set<Identity> = []
        var waiting = [top]
        while let folder = waiting.popLast() {
            guard let identity = Identity(folder), entered.insert(identity).inserted else { continue }
            found.append(folder)
            let entries = (try? FolderEntry.list(folder)) ?? []
            waiting += entries.filter(\.isFolder).map { folder + "/" + $0.name }
        }
        return found
    }
}
