import CheckedNumbers
import FileReading
import Foundation

/// The images that one source of a split names.
struct ImageSource {
    /// Images of one folder.
    struct Folder {
        /// As the trainer writes it, relative to the working directory where that is relative.
        let text: String
        /// Absolute.
        let path: String
        let names: NameList
    }

    private(set) var folders: [Folder] = []
    /// Images that a list names once more, twice more …: a folder stands here as often.
    private(set) var repeats: [Folder] = []
    private(set) var others: [String] = []
    /// Why the source gives no image, or less than it should.
    private(set) var problem: String?
    /// Whether training does not start because of the problem, whatever other sources the split has.
    private(set) var stops = false
    private(set) var isFolder = false
    /// Folders with .npy files, which trainers read instead of images.
    private(set) var arrayFolders: Set<String> = []
    /// Lines of a list that are odd.
    private(set) var oddLines: [OddLine] = []

    /// Files that people and trainers keep beside images.
    private static let companions: Set<String> = ["txt", "cache", "xml", "json", "yaml", "md"]

    private enum FileRole { case image, array, companion, other }

    /// Lists a folder with those below it, or reads a list.
    static func list(_ source: SplitSource, trainer: Trainer, workingFolder: String) -> ImageSource {
        var found = ImageSource()
        var status = stat()
        guard stat(source.path, &status) == 0 else {
            found.problem = errno == ENOENT ? "does not exist" : String(cString: strerror(errno))
            found.stops = true
            return found
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            found.isFolder = true
            for folder in FolderPattern.folders(source, trainer) {
                found.walk(top: folder.path, text: folder.text, trainer)
            }
            if found.folders.isEmpty, found.problem == nil {
                found.problem =
                    FolderPattern.isOne(source.text, trainer)
                    ? "is a pattern to \(trainer.name), and no folder that it fits holds an image" : "holds no image"
            }
        } else {
            found.readList(source, trainer, workingFolder)
        }
        return found
    }

    /// What a file is by its suffix. Hardly any folder holds more than two different ones.
    private struct Roles {
        private var known: [(suffix: [UInt8], role: FileRole)] = []
        private let images: Set<String>

        init(_ trainer: Trainer) { images = trainer.imageSuffixes }

        mutating func role(of name: UnsafeBufferPointer<UInt8>) -> FileRole {
            let dot = name.lastIndex(of: UInt8(ascii: ".")).map { $0 > 0 ? $0 + 1 : name.count } ?? name.count
            let suffix = name[dot...]
            if let found = known.first(where: { $0.suffix.elementsEqual(suffix) }) { return found.role }
            let text = String(decoding: suffix, as: UTF8.self).lowercased()
            let role: FileRole =
                images.contains(text)
                ? .image : text == "npy" ? .array : companions.contains(text) ? .companion : .other
            known.append((Array(suffix), role))
            return role
        }
    }

    private mutating func walk(top: String, text: String, _ trainer: Trainer) {
        var roles = Roles(trainer)
        let tree = FolderTree.walkPaths(top) { folder, names in
            let images = names.filter { index, name in
                guard names.kind(index) == .file else { return false }
                let role = roles.role(of: name)
                if role == .other { others.append(folder + "/" + names[index]) }
                if role == .array { arrayFolders.insert(folder) }
                return role == .image
            }
            guard images.count > 0 else { return }
            let below = folder.dropFirst(top.utf8.count)
            folders.append(
                Folder(
                    text: text.isEmpty ? String(below.drop { $0 == "/" }) : text + below, path: folder, names: images))
        }
        if let folder = tree.unreadable.first {
            problem = "the folder \(folder) may not be read"
        } else if !folders.isEmpty, let circle = tree.circle {
            problem = "the link \(circle) leads back: its images are listed again and again"
        }
    }

    private mutating func readList(_ source: SplitSource, _ trainer: Trainer, _ workingFolder: String) {
        let bytes: [UInt8]
        do {
            bytes = try FileReading.bytes(ofFile: source.path, limit: 1 << 30)
            // A path is kept as a text and as a name in a folder.
            try ReadingBudget(file: source.path, size: bytes.count, wayOut: "check what the list is")
                .make(bytes: bytes.count { $0 == 10 || $0 == 13 }.checkedTimes(256))
        } catch {
            problem = (error as? FileError)?.message ?? "may not be read"
            stops = true
            return
        }
        guard let list = ImageList(bytes, source: source, trainer: trainer) else {
            problem = "is no list of images: it is not UTF-8"
            stops = true
            return
        }
        oddLines = list.oddLines
        for line in list.others { others.append(ResolvedPath.join(workingFolder, line)) }
        for round in list.rounds.indices {
            let made = list.rounds[round].map { text, names in
                Folder(
                    text: text.text, path: ResolvedPath.join(workingFolder, text.text), names: NameList(names))
            }.sorted { $0.text < $1.text }
            if round == 0 { folders = made } else { repeats += made }
        }
        // Newer versions look up the size of each file before they verify it.
        if list.hasNUL, trainer == .ultralytics {
            problem = "holds a NUL byte"
            stops = true
        } else if folders.isEmpty {
            problem = "names no image"
        }
    }
}
