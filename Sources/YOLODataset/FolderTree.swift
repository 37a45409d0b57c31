import FileReading
import Foundation

/// A folder with all those below it; links to folders are followed.
package struct FolderTree {
    /// Folders that could not be listed.
    package private(set) var unreadable: [String] = []
    /// A link that leads back to a folder which it is in; nil where there is none.
    private(set) var circle: String?

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

    /// Calls `visit` with each folder and all names in it; each real folder is entered once.
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

    /// Folders below links that lead back which are entered at most: two such links would be followed for ever.
    private static let mostInCircles = 5_000

    /// Calls `visit` with each folder as often as paths lead to it, as trainers list them: a link that leads back is
    /// followed until the system refuses, forty times.
    static func walkPaths(_ top: String, _ visit: (String, NameList) -> Void) -> FolderTree {
        var tree = FolderTree()
        var waiting: [(folder: String, isInCircle: Bool)] = [(top, false)]
        var budget = mostInCircles
        while let (folder, isInCircle) = waiting.popLast() {
            if isInCircle {
                guard budget > 0 else { continue }
                budget -= 1
            }
            guard let names = try? NameList(ofFolder: folder) else {
                if access(folder, F_OK) == 0 { tree.unreadable.append(folder) }
                continue
            }
            visit(folder, names)
            var above: [Identity]?
            for index in 0..<names.count {
                switch names.kind(index) {
                case .file: break
                case .folder: waiting.append((folder + "/" + names[index], isInCircle))
                case .folderLink:
                    let link = folder + "/" + names[index]
                    let known = above ?? Self.identities(from: top, to: folder)
                    above = known
                    let leadsBack = Identity(link).map(known.contains) ?? false
                    if leadsBack { tree.circle = tree.circle ?? link }
                    waiting.append((link, isInCircle || leadsBack))
                }
            }
        }
        return tree
    }

    /// Of a folder and of those above it, up to `top`.
    private static func identities(from top: String, to folder: String) -> [Identity] {
        var found = [Identity(folder)]
        var at = folder
        while at.utf8.count > top.utf8.count {
            at = Paths.directory(of: at)
            found.append(Identity(at))
        }
        return found.compactMap { $0 }
    }
}
