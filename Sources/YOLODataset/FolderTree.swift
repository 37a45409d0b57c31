import FileReading
import Foundation

/// A folder with all those below it; links to folders are followed, each real folder is entered once.
package struct FolderTree {
    /// Folders that could not be listed.
    package private(set) var unreadable: [String] = []

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

    /// Calls `visit` with each folder and all names in it.
    ///
    /// Real folders come before links, so that a file which both lead to is seen under its real path.
    package static func walk(_ top: String, _ visit: (String, NameList) -> Void) -> FolderTree {
        var tree = FolderTree()
        var entered: Set<Identity> = []
        var waiting = [top]
        var links: [String] = []
        while let folder = waiting.popLast() ?? links.popLast() {
            guard let identity = Identity(folder), entered.insert(identity).inserted else { continue }
            guard let names = try? NameList(ofFolder: folder) else {
                tree.unreadable.append(folder)
                continue
            }
            visit(folder, names)
            for index in 0..<names.count {
                switch names.kind(index) {
                case .file: break
                case .folder: waiting.append(folder + "/" + names[index])
                case .folderLink: links.append(folder + "/" + names[index])
                }
            }
        }
        return tree
    }
}
