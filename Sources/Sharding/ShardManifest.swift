import FileReading
import YOLODataset

/// What all shards of a plan are shards of: the images in their order, listed once, and what is to compute.
public struct ShardManifest: Sendable {
    /// A listing as one trainer has it: other trainers look elsewhere.
    public struct Listing: Sendable {
        /// The trainer's name.
        public var trainer: String
        /// In order, all splits.
        public var folders: [SampleFolder]

        /// The properties of the same names.
        public init(trainer: String, folders: [SampleFolder]) { (self.trainer, self.folders) = (trainer, folders) }
    }

    /// What computes; only its executable is compared.
    public let program: ContentDigest
    /// Of data.yaml, labels, and sizes and times of images, when they were listed.
    public let state: ContentDigest
    /// When they were listed, in seconds since 1970: what changed shortly before is not relied on.
    public let listed: Int64
    /// How many shards each stage has.
    public let shards: Int
    /// One a trainer.
    public let listings: [Listing]
    /// Of the file's contents.
    public let digest: ContentDigest

    private static let heading = Array("ASSAYMF1".utf8)

    /// The properties of the same names.
    public init(program: ContentDigest, state: ContentDigest, listed: Int64, shards: Int, listings: [Listing]) {
        (self.program, self.state, self.listed, self.shards, self.listings) = (program, state, listed, shards, listings)
        digest = .of(Self.contents(program, state, listed, shards, listings))
    }

    /// The same, listed at another time.
    public func listed(at time: Int64) -> ShardManifest {
        ShardManifest(program: program, state: state, listed: time, shards: shards, listings: listings)
    }

    /// The folders as a trainer lists them; nil where the manifest has no such listing.
    public func folders(of trainer: String) -> [SampleFolder]? { listings.first { $0.trainer == trainer }?.folders }

    // MARK: Writing

    /// Writes it, atomically.
    public func write(to path: String) throws {
        try Folders.make(Paths.directory(of: path))
        try AtomicFile.write(
            [Self.heading, digest.bytes, Self.contents(program, state, listed, shards, listings)], to: path,
            tidies: false)
    }

    private static func contents(
        _ program: ContentDigest, _ state: ContentDigest, _ listed: Int64, _ shards: Int, _ listings: [Listing]
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.plain(program.bytes)
        writer.plain(state.bytes)
        writer.word(UInt64(bitPattern: listed))
        writer.number(shards)
        writer.number(listings.count)
        for listing in listings {
            writer.text(listing.trainer)
            writer.number(listing.folders.count)
            for folder in listing.folders { write(folder, to: &writer) }
        }
        return writer.bytes
    }

    private static func write(_ folder: SampleFolder, to writer: inout ByteWriter) {
        writer.text(folder.split)
        writer.text(folder.imageFolder)
        writer.text(folder.labelFolder)
        writer.raw(folder.images.packed)
        writer.raw(folder.labels.packed)
        // 0 stands for no label file.
        for place in folder.labelPlaces { writer.number(Int(place) + 1) }
    }

    // MARK: Reading

    /// - Parameter root: the dataset's, which names are shown relative to.
    /// - Throws: `FileError` where it is missing, damaged or too large.
    public static func read(_ path: String, root: String) throws -> ShardManifest {
        try ShardManifest(
            FileReading.bytes(
                ofFile: path, limit: max(1 << 32, MemoryLimit.bytes), wayOut: ReadingBudget.moreMemory),
            file: path, root: root)
    }

    /// A file's bytes.
    ///
    /// - Throws: `FileError` where they are none of a manifest, or not as they were written.
    public init(_ bytes: [UInt8], file: String, root: String) throws {
        let prefix = Self.heading.count + 32
        func damaged() -> FileError {
            FileError(file: file, message: "is damaged, or no manifest of shards", wayOut: "run assay shard again")
        }
        guard bytes.count > prefix, bytes.starts(with: Self.heading) else { throw damaged() }
        var builder = DigestBuilder()
        builder.update(bytes[prefix...])
        digest = builder.finish()
        guard digest.bytes.elementsEqual(bytes[Self.heading.count..<prefix]) else { throw damaged() }
        let read = bytes.withUnsafeBufferPointer {
            buffer -> (
                program: ContentDigest, state: ContentDigest, listed: Int64, shards: Int, listings: [Listing]
            )? in
            var scanner = ByteScanner(buffer, at: prefix)
            guard let program = ContentDigest(bytes: scanner.plain(32)),
                let state = ContentDigest(bytes: scanner.plain(32))
            else { return nil }
            let listed = Int64(bitPattern: scanner.word())
            let shards = scanner.int()
            var listings: [Listing] = []
            for _ in 0..<scanner.count() {
                guard let listing = Self.listing(&scanner, root: root) else { return nil }
                listings.append(listing)
            }
            guard scanner.isAtEnd, ShardIndex(0, of: shards) != nil else { return nil }
            return (program, state, listed, shards, listings)
        }
        guard let read else { throw damaged() }
        (program, state, listed, shards, listings) = read
    }

    private static func listing(_ scanner: inout ByteScanner, root: String) -> Listing? {
        guard let trainer = scanner.text() else { return nil }
        var folders: [SampleFolder] = []
        for _ in 0..<scanner.count() {
            guard let folder = folder(&scanner, root: root) else { return nil }
            folders.append(folder)
        }
        return Listing(trainer: trainer, folders: folders)
    }

    private static func folder(_ scanner: inout ByteScanner, root: String) -> SampleFolder? {
        guard let split = scanner.text(), let imageFolder = scanner.text(), let labelFolder = scanner.text(),
            let images = NameList(packed: scanner.raw()[...]), let labels = NameList(packed: scanner.raw()[...])
        else { return nil }
        var places: [Int32] = []
        for _ in 0..<images.count {
            guard !scanner.isDamaged, let place = Int32(exactly: scanner.int()), (0...labels.count).contains(Int(place))
            else { return nil }
            places.append(place - 1)
        }
        return SampleFolder(
            split: split, imageFolder: imageFolder, labelFolder: labelFolder, root: root, images: images,
            labels: labels, labelPlaces: places)
    }
}
