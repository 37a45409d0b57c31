import CheckedNumbers
import FileReading

/// The stored (uncompressed) entries of a ZIP archive, as PyTorch writes its checkpoints.
struct ZipArchive {
    let file: String
    let bytes: [UInt8]
    /// Where each entry's contents lie in `bytes`.
    private(set) var entries: [String: Range<Int>] = [:]

    /// - Throws: `FileError` where the archive is cut short, compressed or inconsistent.
    init(_ bytes: [UInt8], file: String, budget given: ReadingBudget? = nil) throws {
        let budget = given ?? ReadingBudget(file: file, size: bytes.count)
        self.bytes = bytes
        self.file = file
        let input = LittleEndianBytes(bytes)
        guard let end = Self.endOfDirectory(input) else { throw truncated() }
        var count = input.int(end + 10, 2) ?? 0
        var at = input.int(end + 16, 4) ?? 0
        if at == 0xFFFF_FFFF || count == 0xFFFF, let locator = input.int(end - 20, 4), locator == 0x0706_4B50,
            let wide = input.int(end - 12, 8)
        {
            count = input.int(wide + 32, 8) ?? 0
            at = input.int(wide + 48, 8) ?? 0
        }
        // An entry of the directory takes 46 bytes at least.
        guard count <= bytes.count / 46 else { throw truncated() }
        try budget.visit(count)
        try budget.make(bytes: count.checkedTimes(256))
        for _ in 0..<count { at = try readEntry(input, at) }
    }

    private func truncated() -> FileError {
        FileError(
            file: file, message: "the checkpoint is truncated or damaged",
            wayOut: "copy it again, or save it again from the trainer")
    }

    private static func endOfDirectory(_ input: LittleEndianBytes) -> Int? {
        let last = input.bytes.count - 22
        guard last >= 0 else { return nil }
        return stride(from: last, through: max(0, last - 65_557), by: -1).first { input.int($0, 4) == 0x0605_4B50 }
    }

    /// Reads one entry of the directory and returns where the next one begins.
    private mutating func readEntry(_ input: LittleEndianBytes, _ at: Int) throws -> Int {
        guard input.int(at, 4) == 0x0201_4B50, let method = input.int(at + 10, 2),
            var size = input.int(at + 24, 4), let nameLength = input.int(at + 28, 2),
            let extraLength = input.int(at + 30, 2), let commentLength = input.int(at + 32, 2),
            var header = input.int(at + 42, 4), let nameBytes = bytes.slice(at: at + 46, count: nameLength),
            bytes.slice(at: nameBytes.endIndex, count: extraLength) != nil
        else { throw truncated() }
        let name = String(decoding: nameBytes, as: UTF8.self)
        var extra = at + 46 + nameLength
        let extraEnd = extra + extraLength
        while extra + 4 <= extraEnd, let tag = input.int(extra, 2), let length = input.int(extra + 2, 2) {
            if tag == 1 {
                var field = extra + 4
                for keyPath in [0, 1, 2] {
                    if keyPath == 0, size == 0xFFFF_FFFF {
                        size = input.int(field, 8) ?? -1
                        field += 8
                    } else if keyPath == 1, input.int(at + 20, 4) == 0xFFFF_FFFF {
                        field += 8
                    } else if keyPath == 2, header == 0xFFFF_FFFF {
                        header = input.int(field, 8) ?? -1
                    }
                }
            }
            extra += 4 + length
        }
        guard method == 0 else {
            if name.contains("/code/") { throw ExportedModel.torchScript.refusal(file) }
            throw FileError(
                file: file, message: "the entry \(name) is compressed, which checkpoints never are",
                wayOut: "save the checkpoint again with torch.save")
        }
        guard header >= 0, size >= 0, let localName = input.int(header + 26, 2),
            let localExtra = input.int(header + 28, 2),
            input.int(header, 4) == 0x0403_4B50
        else { throw truncated() }
        guard let contents = bytes.slice(at: header + 30 + localName + localExtra, count: size) else {
            throw truncated()
        }
        entries[name] = contents.indices
        return extraEnd + commentLength
    }
}

/// Bounds-checked little-endian integers.
struct LittleEndianBytes {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// `width` bytes as an unsigned number; nil outside of the bytes or above 2⁶².
    func int(_ at: Int, _ width: Int) -> Int? {
        guard at >= 0, at <= bytes.count - width else { return nil }
        var value: UInt64 = 0
        for index in (0..<width).reversed() { value = value << 8 | UInt64(bytes[at + index]) }
        return value < 1 << 62 ? Int(value) : nil
    }
}
