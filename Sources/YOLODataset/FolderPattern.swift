import Foundation

/// Folders by which some trainers mean others: YOLOv5, YOLOv7 and older Ultralytics take the name of a folder for a
/// pattern, as a shell does, so that `[set]` stands for the folders `s`, `e` and `t`.
enum FolderPattern {
    private static let signs: Set<Character> = ["[", "*", "?"]

    /// Whether the trainer takes the text for a pattern.
    static func isOne(_ text: String, _ trainer: Trainer) -> Bool {
        trainer != .ultralytics && trainer != .darknet && text.contains(where: signs.contains)
    }

    /// The folders that a source means, as the trainer writes them and where they are: itself where it is no pattern.
    static func folders(_ source: SplitSource, _ trainer: Trainer) -> [(text: String, path: String)] {
        guard isOne(source.text, trainer) else { return [(source.text, source.path)] }
        // The working directory is no part of the pattern.
        let isWithin = source.path.hasSuffix(source.text)
        let base = isWithin ? String(source.path.dropLast(source.text.count)) : ""
        let escaped = base.map { signs.contains($0) ? "[\($0)]" : String($0) }.joined()
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(escaped + (isWithin ? source.text : source.path), GLOB_ONLYDIR | GLOB_NOESCAPE, nil, &found) == 0
        else { return [] }
        return UnsafeBufferPointer(start: found.gl_pathv, count: Int(clamping: found.gl_pathc)).compactMap { name in
            guard let name, let path = String(validatingCString: name) else { return nil }
            return (base.isEmpty ? path : String(path.dropFirst(base.count)), path)
        }
    }
}
