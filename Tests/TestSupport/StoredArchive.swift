/// ZIP archives for tests, with stored entries.
public enum StoredArchive {
    /// A file of the archive, or what claims to be one.
    public struct Entry {
        let name: String
        let bytes: [UInt8]
        let mode: Int
        let declaredSize: Int

        /// - Parameters:
        ///   - mode: of Unix, with the kind of file: `0o120777` is a link.
        ///   - declaredSize: what the archive says instead of the length of `bytes`.
        public init(_ name: String, _ bytes: [UInt8], mode: Int = 0o100644, declaredSize: Int? = nil) {
            self.name = name
            self.bytes = bytes
            self.mode = mode
            self.declaredSize = declaredSize ?? bytes.count
        }
    }

    /// The bytes of an archive.
    public static func bytes(_ entries: [Entry]) -> [UInt8] {
        var out: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let name = Array(entry.name.utf8)
            let sizes = little(entry.bytes.count, 4) + little(entry.declaredSize, 4) + little(name.count, 2)
            let common =
                little(20, 2) + little(0x800, 2) + little(0, 2) + little(0, 4) + little(checksum(entry.bytes), 4)
            directory += [0x50, 0x4B, 1, 2] + little(20 | 3 << 8, 2) + common + sizes + little(0, 2) + little(0, 2)
            directory += little(0, 4) + little(entry.mode << 16, 4) + little(out.count, 4) + name
            out += [0x50, 0x4B, 3, 4] + common + sizes + little(0, 2) + name + entry.bytes
        }
        let start = out.count
        out += directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + little(entries.count, 2) + little(entries.count, 2)
        return out + little(directory.count, 4) + little(start, 4) + [0, 0]
    }

    private static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// CRC-32.
    private static func checksum(_ bytes: [UInt8]) -> Int {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return Int(~sum)
    }
}
