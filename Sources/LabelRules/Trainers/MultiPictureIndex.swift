import CheckedNumbers

/// The index at the beginning of a file of several JPEG pictures (MPO), a small TIFF directory.
enum MultiPictureIndex {
    /// How many pictures the file holds; nil where the index does not say.
    static func count(_ index: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        let isLittle = index.starts(with: "II".utf8)
        guard isLittle || index.starts(with: "MM".utf8) else { return nil }
        func number(_ at: Int, bytes: Int) -> Int? {
            guard at >= 0, at + bytes <= index.count else { return nil }
            let start = index.startIndex + at
            let part = index[start..<start + bytes]
            return isLittle
                ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
        }
        guard let directory = number(4, bytes: 4), let entries = number(directory, bytes: 2) else { return nil }
        for entry in 0..<entries {
            guard let tag = number(directory + 2 + 12 * entry, bytes: 2) else { return nil }
            if tag == 0xB001 { return number(directory + 2 + 12 * entry + 8, bytes: 4) }
        }
        return nil
    }
}
