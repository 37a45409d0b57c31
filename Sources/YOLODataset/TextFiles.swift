import FileReading

/// The text files below a folder.
public enum TextFiles {
    /// Each folder that holds some, with their names.
    public static func folders(in top: String) -> [(folder: String, names: NameList)] {
        var found: [(String, NameList)] = []
        _ = FolderTree.walk(top) { folder, names in
            let texts = names.filter { index, name in
                names.kind(index) == .file && name.suffix(4).elementsEqual(".txt".utf8)
            }
            if texts.count > 0 { found.append((folder, texts)) }
        }
        return found
    }
}
