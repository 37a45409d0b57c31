import FileReading
import Foundation

/// The files of an export: of a folder, of a ZIP archive, or one file with those beside it. For looking, not for reading
/// all: a folder that is larger than any export's is looked at in part.
struct ExportTree {
    /// Relative to the folder or the archive, in the order of their bytes.
    private(set) var files: [String] = []
    private let place: Place

    private enum Place {
        case folder(String)
        case archive([String: ZipEntry], path: String)
    }

    /// Folders below each other, and folders in all, that are looked into.
    private static let (deepest, mostFolders) = (6, 400)

    init(folder: String) {
        place = .folder(folder)
        var waiting = [(path: "", depth: 0)]
        var seen = 0
        // Upper folders first: what tells the form lies high up.
        while seen < min(waiting.count, Self.mostFolders) {
            let (path, depth) = waiting[seen]
            seen += 1
            guard let names = try? NameList(ofFolder: path.isEmpty ? folder : folder + "/" + path) else { continue }
            for index in 0..<names.count {
                let file = path.isEmpty ? names[index] : path + "/" + names[index]
                switch names.kind(index) {
                case .file: files.append(file)
                case .folder: if depth < Self.deepest { waiting.append((file, depth + 1)) }
                case .folderLink: break
                }
            }
        }
    }

    /// - Throws: `FileError` where it is no archive that can be read.
    init(archive: String) throws {
        let zip = try ZipFile(archive)
        var entries: [String: ZipEntry] = [:]
        for entry in zip.entries {
            guard let name = SafePath.relative(entry.name), !name.hasPrefix("__MACOSX/"), !Self.isHidden(name) else {
                continue
            }
            if entries.updateValue(entry, forKey: name) == nil { files.append(name) }
        }
        place = .archive(entries, path: archive)
    }

    private static func isHidden(_ name: String) -> Bool { Paths.fileName(of: name).hasPrefix(".") }

    /// The beginnings of some of its files; empty for those that cannot be read.
    func heads(of files: [String], count: Int) -> [[UInt8]] {
        switch place {
        case .folder(let folder):
            return files.map { (try? FileReading.head(ofFile: folder + "/" + $0, count: count)) ?? [] }
        case .archive(let entries, let path):
            guard let zip = try? ZipFile(path) else { return files.map { _ in [] } }
            return files.map { file in entries[file].flatMap { try? zip.head(of: $0, count: count) } ?? [] }
        }
    }
}
