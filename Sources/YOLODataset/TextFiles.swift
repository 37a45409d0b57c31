import FileReading

/// The text files below a folder.
public enum TextFiles {
    /// Whether the suffix is `.txt`, in capital letters or not.
    private static func isText(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        name.suffix(4).elementsEqual(".txt".utf8) { $0 | ($0 >= 65 && $0 <= 90 ? 0x20 : 0) == $1 }
    }

    /// Each folder that holds some, with their names.
    public static func folders(in top: String) -> [(folder: String, names: NameList)] {
        var found: [(String, NameList)] = []
        _ = FolderTree.walk(top) { folder, names in
            let texts = names.filter { index, name in
                names.kind(index) == .file && isText(name)
            }
            if texts.count > 0 { found.append((folder, texts)) }
        }
        return found
    }
}
