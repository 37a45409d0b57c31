import AnnotationSources
import FileReading
import Foundation
import TextForms
import YOLODataset

/// The image files of an export, by what its annotations may call them.
///
/// Only files below the given folders are ever found, whatever an annotation says: a name that leads elsewhere finds the
/// file of the same name below them, or none.
struct ImageIndex: Sendable {
    /// Absolute paths by file name, composed.
    private var byName: [String: [String]] = [:]
    /// All of them, with the path that the folder calls them by.
    private(set) var all: [(name: String, path: String)] = []

    init(_ folders: [(root: String, files: [String])]) {
        for (root, files) in folders {
            for file in files where Trainer.everyImageSuffix.contains(Paths.suffix(of: file).lowercased()) {
                byName[Self.key(Paths.fileName(of: file)), default: []].append(root + "/" + file)
                all.append((file, root + "/" + file))
            }
        }
        all.sort { $0.name < $1.name }
    }

    private static func key(_ name: String) -> String { name.precomposedStringWithCanonicalMapping }

    enum Found: Sendable {
        case file(String)
        /// Several fit equally well.
        case several(Int)
        case none
    }

    /// The file that a name in an annotation means: the one with that name whose folders fit best, from the last on.
    ///
    /// - Parameter folder: the absolute folder of the annotation, which the name may be relative to.
    func find(_ name: String, near folder: String? = nil) -> Found {
        let plain = Self.plain(name)
        let parts = Paths.absolute(plain, relativeTo: folder ?? "/").split(separator: "/")
        guard let last = parts.last else { return .none }
        // Label Studio puts eight digits before the names of files that were sent to it.
        let bare = last.wholeMatch(of: /[0-9a-f]{8}-(.+)/).map { String($0.1) }
        guard let paths = byName[Self.key(String(last))] ?? bare.flatMap({ byName[Self.key($0)] }) else { return .none }
        guard paths.count > 1 else { return .file(paths[0]) }
        let fits = paths.map { path in
            zip(path.split(separator: "/").dropLast().reversed(), parts.dropLast().reversed()).prefix { $0 == $1 }.count
        }
        let most = fits.max() ?? 0
        let best = paths.indices.filter { fits[$0] == most }
        return best.count == 1 ? .file(paths[best[0]]) : .several(best.count)
    }

    /// A path out of a path, a Windows path or an address.
    static func plain(_ name: String) -> String {
        var text = name
        if let query = text.range(of: "?d=") {
            text = String(text[query.upperBound...])
            text = text.removingPercentEncoding ?? text
        } else if let scheme = text.range(of: "://") {
            text = String(text[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" })
            text = text.removingPercentEncoding ?? text
        }
        return text.replacingOccurrences(of: "\\", with: "/")
    }
}

extension ImageIndex {
    /// The file of an image, or nil with a word about it.
    func file(_ name: String, near folder: String? = nil, objects: Int, _ losses: inout ConversionLosses) -> String? {
        switch find(name, near: folder) {
        case .file(let path): return path
        case .several(let count):
            losses.add(
                .missingImage, name,
                "\(Counted.text(count, "file")) of that name, and \(Counted.text(objects, "object"))")
        case .none: losses.add(.missingImage, name, objects == 0 ? "" : "with \(Counted.text(objects, "object"))")
        }
        return nil
    }
}

extension ImageIndex {
    /// Whether a path ends as those of images do.
    static func isImageName(_ path: String) -> Bool {
        Trainer.everyImageSuffix.contains(Paths.suffix(of: path).lowercased())
    }
}
