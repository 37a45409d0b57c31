import FileReading

/// What a worker found in one shard: a file that appears as a whole, and is known by its header.
public struct ShardPart: Sendable {
    /// What it says of itself.
    public let header: PartHeader
    /// As the stage has written them.
    public let contents: [UInt8]
    /// Where the contents begin in the file.
    public let start: Int

    /// Why a file is no part that can be merged.
    public enum Problem: Error, Hashable {
        case missing
        /// It is not as it was written: a short word why.
        case damaged(String)
        /// It is whole, but not of what is merged: in words.
        case foreign(String)
        /// It is whole, and of a machine with other instructions: which.
        case otherInstructions(String)
    }

    /// As much as a file may have: what is usually read, and more where a person allows it.
    private static var mostBytes: Int { max(1 << 32, MemoryLimit.bytes) }

    /// A file's bytes; the digests of its header and its contents are checked.
    ///
    /// - Throws: `Problem`.
    public init(_ bytes: [UInt8]) throws(Problem) {
        guard let (header, start) = PartHeader.read(bytes) else {
            throw .damaged(bytes.starts(with: PartHeader.heading) ? "its header is damaged" : "it is no part")
        }
        guard bytes.count - start == header.size else {
            throw .damaged(bytes.count - start < header.size ? "it is cut off" : "something stands behind its end")
        }
        var digest = DigestBuilder()
        digest.update(bytes[start...])
        guard digest.finish() == header.digest else { throw .damaged("its contents are not those of its digest") }
        (self.header, self.start) = (header, start)
        contents = Array(bytes[start...])
    }

    /// The part in a file, if it is of that origin.
    ///
    /// - Throws: `Problem`; `FileError` where the machine cannot read it.
    public static func read(_ path: String, of origin: PartHeader.Origin) throws -> ShardPart {
        guard FileIdentity(ofFile: path) != nil else { throw Problem.missing }
        let part = try ShardPart(FileReading.bytes(ofFile: path, limit: mostBytes, wayOut: ReadingBudget.moreMemory))
        if let difference = part.header.origin.difference(from: origin) { throw Problem.foreign(difference) }
        return part
    }

    /// Whether a file begins with the header of a part of that origin, and is as long as that says.
    static func isThere(_ path: String, of origin: PartHeader.Origin) -> Bool {
        // A header has some hundred bytes.
        for count in [4096, PartHeader.prefix + PartHeader.mostBytes + 32] {
            guard let size = FileIdentity(ofFile: path)?.size,
                let head = try? FileReading.head(ofFile: path, count: count)
            else { return false }
            guard let (header, start) = PartHeader.read(head) else { continue }
            return header.origin.difference(from: origin) == nil && Int(clamping: size) - start == header.size
        }
        return false
    }

    /// Writes a part, atomically: whoever reads it sees all of it or none, also where two write it at once.
    ///
    /// - Throws: `FileError` where it cannot be written; nothing of it is then left.
    public static func write(_ contents: [UInt8], of origin: PartHeader.Origin, to path: String) throws {
        let header = PartHeader(origin: origin, size: contents.count, digest: .of(contents))
        try Folders.make(Paths.directory(of: path))
        // Whose temporary file it is, a process on another machine cannot be asked: they are left to the merge.
        try AtomicFile.write([header.bytes, contents], to: path, tidies: false)
    }
}
