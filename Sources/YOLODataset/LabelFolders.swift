import FileReading

/// The label folders of a dataset, each listed once, and which of their files belong to an image.
struct LabelFolders {
    private struct Folder {
        /// Label files only.
        let names: NameList
        /// The sample that took each name; −1 for none, −2 for one of a split that is not asked for.
        var owners: [Int32]
        /// Whether files that no image takes are reported.
        var isReported = false

        init(_ names: NameList) {
            self.names = names
            owners = Array(repeating: -1, count: names.count)
        }
    }

    /// Text files that people keep beside labels.
    private static let notLabels: Set<String> = ["classes.txt", "train.txt", "val.txt", "test.txt", "notes.txt"]

    private static let ending = Array(".txt".utf8)

    private var folders: [ExactText: Folder]

    /// - Parameter listed: folders that are known already, with their label files.
    init(_ listed: [(folder: String, names: NameList)]) {
        folders = Dictionary(
            listed.map { (ExactText($0.folder), Folder($0.names)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The label files of a folder and of those below it.
    static func list(tree path: String) -> [(folder: String, names: NameList)] {
        var found: [(folder: String, names: NameList)] = []
        _ = FolderTree.walk(path) { folder, names in found.append((folder, labels(names))) }
        return found
    }

    /// Whether a name begins with a dot.
    private static func hasHidden(_ names: NameList) -> Bool {
        names.count > 0 && (0..<names.count).contains { names.withBytes($0) { $0.first == UInt8(ascii: ".") } }
    }

    private static func labels(_ names: NameList) -> NameList {
        names.filter { _, name in name.suffix(4).elementsEqual(".txt".utf8) }
    }

    /// Gives the images of a folder their label files.
    ///
    /// - Parameters:
    ///   - first: the number of the first image; the others follow. Nil where the split is not asked for.
    ///   - shared: called with an image and the earlier one that has the same label file.
    /// - Returns: the label files' names, and for each image the place of its own, −1 where there is none.
    mutating func take(
        _ images: NameList, in folder: String, first: Int?, shared: (Int, Int) -> Void
    ) -> (names: NameList, places: [Int32]) {
        let key = ExactText(folder)
        var entry = folders[key] ?? Folder(Self.labels((try? NameList(ofFolder: folder)) ?? NameList()))
        // Taken out meanwhile, so that changing it does not copy it.
        folders[key] = nil
        if first != nil { entry.isReported = true }
        if Self.hasHidden(images), !Self.hasHidden(entry.names) {
            // Lists may name such images; folders are listed without.
            let all = (try? NameList(ofFolder: folder, includesHidden: true)) ?? NameList()
            entry = Folder(Self.labels(all))
        }
        var places = [Int32](repeating: -1, count: images.count)
        var next = 0
        var label: [UInt8] = []
        for index in 0..<images.count {
            images.withBytes(index) { name in
                let stem = name.lastIndex(of: UInt8(ascii: ".")).map { name[..<$0] } ?? name[...]
                label.removeAll(keepingCapacity: true)
                label.append(contentsOf: UnsafeBufferPointer(rebasing: stem))
                label.append(contentsOf: Self.ending)
            }
            guard let place = label.withUnsafeBufferPointer({ entry.names.index(of: $0, near: next) }) else { continue }
            next = place + 1
            places[index] = Int32(place)
            let owner = entry.owners[place]
            if owner >= 0 {
                if let first { shared(first + index, Int(owner)) }
            } else if owner == -1 || first != nil {
                entry.owners[place] = first.map { Int32($0 + index) } ?? -2
            }
        }
        folders[key] = entry
        return (entry.names, places)
    }

    /// Reports the labels without images of a folder and of those below it, also of those without any image.
    mutating func report(tree path: String) {
        for folder in folders.keys where folder.text == path || folder.text.hasPrefix(path + "/") {
            folders[folder]?.isReported = true
        }
    }

    /// Label files that no image took.
    func left() -> [String] {
        folders.flatMap { folder, contents in
            contents.isReported
                ? contents.owners.indices.filter { contents.owners[$0] == -1 }.map {
                    folder.text + "/" + contents.names[$0]
                }
                : []
        }.filter { !Paths.fileName(of: $0).hasPrefix(".") && !Self.notLabels.contains(Paths.fileName(of: $0)) }
    }
}
