import CheckedNumbers
import FileReading
import Foundation

/// The images that one source of a split names.
struct ImageSource {
    /// The images' names, by folder.
    private(set) var folders: [(folder: String, names: NameList)] = []
    private(set) var others: [String] = []
    private(set) var problem: String?
    private(set) var isFolder = false
    /// Folders with .npy files, which trainers read instead of images.
    private(set) var arrayFolders: Set<String> = []

    /// Files that people and trainers keep beside images.
    private static let companions: Set<String> = ["txt", "cache", "xml", "json", "yaml", "md"]

    private enum FileRole { case image, array, companion, other }

    /// Lists a folder with those below it, or reads a list.
    ///
    /// - Parameter root: the dataset's, which the paths of some lists are relative to.
    static func list(_ path: String, root: String) -> ImageSource {
        var source = ImageSource()
        var status = stat()
        guard stat(path, &status) == 0 else {
            source.problem = errno == ENOENT ? "does not exist" : String(cString: strerror(errno))
            return source
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            source.isFolder = true
            source.walk(path)
        } else {
            source.readList(path, root: root)
        }
        return source
    }

    /// What a file is by its suffix. Hardly any folder holds more than two different ones.
    private struct Roles {
        private var known: [(suffix: [UInt8], role: FileRole)] = []

        mutating func role(of name: UnsafeBufferPointer<UInt8>) -> FileRole {
            let dot = name.lastIndex(of: UInt8(ascii: ".")).map { $0 > 0 ? $0 + 1 : name.count } ?? name.count
            let suffix = name[dot...]
            if let found = known.first(where: { $0.suffix.elementsEqual(suffix) }) { return found.role }
            let text = String(decoding: suffix, as: UTF8.self).lowercased()
            let role: FileRole =
                SampleListing.imageSuffixes.contains(text)
                ? .image : text == "npy" ? .array : companions.contains(text) ? .companion : .other
            known.append((Array(suffix), role))
            return role
        }
    }

    private mutating func walk(_ path: String) {
        var roles = Roles()
        let tree = FolderTree.walk(path) { folder, names in
            let images = names.filter { index, name in
                guard names.kind(index) == .file else { return false }
                let role = roles.role(of: name)
                if role == .other { others.append(folder + "/" + names[index]) }
                if role == .array { arrayFolders.insert(folder) }
                return role == .image
            }
            if images.count > 0 { folders.append((folder, images)) }
        }
        if let folder = tree.unreadable.first {
            problem = "the folder \(folder) may not be read"
        } else if folders.isEmpty {
            problem = "holds no image"
        }
    }

    /// A text file with a path a line: absolute, or relative to the list, the dataset's root or the working folder.
    private mutating func readList(_ path: String, root: String) {
        let bytes: [UInt8]
        do {
            bytes = try FileReading.bytes(ofFile: path, limit: 1 << 30)
            // A path is kept as a text and as a name in a folder.
            try ReadingBudget(file: path, size: bytes.count, wayOut: "check what the list is")
                .make(bytes: bytes.count { $0 == 10 || $0 == 13 }.checkedTimes(256))
        } catch {
            problem = (error as? FileError)?.message ?? "may not be read"
            return
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let paths = bytes.dropFirst(bytes.starts(with: mark) ? mark.count : 0)
            .split(whereSeparator: { $0 == 10 || $0 == 13 })
            .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        let base = base(of: paths, listFolder: Paths.directory(of: path), root: root)
        var byFolder: [String: [String]] = [:]
        for path in paths {
            let resolved = Paths.absolute(path, relativeTo: base)
            if SampleListing.imageSuffixes.contains(Paths.suffix(of: path).lowercased()) {
                byFolder[Paths.directory(of: resolved), default: []].append(Paths.fileName(of: resolved))
            } else {
                others.append(resolved)
            }
        }
        folders = byFolder.map { ($0.key, NameList($0.value)) }
        if folders.isEmpty { problem = "names no image" }
    }

    /// The folder that the relative paths of a list start from: the first one where one of the first paths exists.
    private func base(of paths: [String], listFolder: String, root: String) -> String {
        let probes = paths.lazy.filter { !$0.hasPrefix("/") }.prefix(20)
        let candidates = [listFolder, root, Paths.absolute("")]
        return candidates.first { folder in
            probes.contains { access(Paths.absolute($0, relativeTo: folder), F_OK) == 0 }
        } ?? listFolder
    }
}
