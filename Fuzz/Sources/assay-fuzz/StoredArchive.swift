/// A ZIP archive of uncompressed entries, as `torch.save` writes them; without checksums, which readers of checkpoints do
/// not look at.
enum StoredArchive {
    static func bytes(_ entries: [(name: String, contents: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, contents) in entries {
            let name = Array(name.utf8)
            directory += number(0x0201_4B50, 4) + number(0, 16) + number(contents.count, 4) + number(contents.count, 4)
            directory += number(name.count, 2) + number(0, 12) + number(file.count, 4) + name
            file += number(0x0403_4B50, 4) + number(0, 14) + number(contents.count, 4) + number(contents.count, 4)
            file += number(name.count, 2) + number(0, 2) + name + contents
        }
        let start = file.count
        file += directory + number(0x0605_4B50, 4) + number(0, 4) + number(entries.count, 2)
        return file + number(entries.count, 2) + number(directory.count, 4) + number(start, 4) + number(0, 2)
    }

    /// The lowest byte first.
    private static func number(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * min($0, 7))) }
    }
}
