import FileReading

/// What a part says of itself: of which stage, images, inputs and program it is, and what its contents have to be.
public struct PartHeader: Sendable, Hashable {
    /// Everything that a part follows from: two of one origin hold the same bytes.
    public struct Origin: Sendable, Hashable {
        /// The stage's name.
        public var stage: String
        /// Which of the shards.
        public var shard: ShardIndex
        /// Its images, by their places in the listing.
        public var range: Range<Int>
        /// Of the manifest's contents.
        public var manifest: ContentDigest
        /// Of all that the stage reads: dataset, settings and the results of earlier stages.
        public var inputs: ContentDigest
        /// Of the files of the models that compute; of nothing where none does.
        public var models: ContentDigest
        /// What computes.
        public var program: ProgramIdentity

        /// The properties of the same names.
        public init(
            stage: String, shard: ShardIndex, range: Range<Int>, manifest: ContentDigest, inputs: ContentDigest,
            models: ContentDigest, program: ProgramIdentity
        ) {
            (self.stage, self.shard, self.range, self.manifest) = (stage, shard, range, manifest)
            (self.inputs, self.models, self.program) = (inputs, models, program)
        }

        /// Why a part of this origin is none of the other's, in words; nil where it is.
        ///
        /// The instructions of the CPU are not compared: they have to be those of the other parts, not of this machine.
        func difference(from wanted: Origin) -> String? {
            if stage != wanted.stage { return "of the stage \(stage)" }
            if program.program != wanted.program.program { return "of another build of assay" }
            if models != wanted.models { return "of other weights" }
            if inputs != wanted.inputs { return "of other settings, or of a dataset that has changed" }
            if manifest != wanted.manifest { return "of another manifest" }
            if shard != wanted.shard || range != wanted.range { return "of the shard \(shard.index) of \(shard.count)" }
            return nil
        }
    }

    /// What it follows from.
    public var origin: Origin
    /// Bytes of the contents.
    public var size: Int
    /// Of the contents.
    public var digest: ContentDigest

    static let heading = Array("ASSAYPT1".utf8)
    /// Longer than any header: two names of backends, and digests.
    static let mostBytes = 1 << 16
    /// Of the heading and of the header's length.
    static let prefix = heading.count + 8

    /// The heading, the header behind its length, and its digest.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.text(origin.stage)
        writer.number(origin.shard.index)
        writer.number(origin.shard.count)
        writer.number(origin.range.lowerBound)
        writer.number(origin.range.upperBound)
        writer.plain(origin.manifest.bytes)
        writer.plain(origin.inputs.bytes)
        writer.plain(origin.models.bytes)
        origin.program.write(to: &writer)
        writer.number(size)
        writer.plain(digest.bytes)
        var whole = ByteWriter()
        whole.plain(Self.heading)
        whole.word(UInt64(clamping: writer.bytes.count))
        whole.plain(writer.bytes)
        whole.plain(ContentDigest.of(writer.bytes).bytes)
        return whole.bytes
    }

    /// The header that a file begins with, and where its contents begin; nil where it begins with none.
    static func read(_ bytes: [UInt8]) -> (header: PartHeader, end: Int)? {
        guard bytes.starts(with: heading), bytes.count >= prefix else { return nil }
        let length = bytes.withUnsafeBufferPointer { buffer in
            var scanner = ByteScanner(buffer, at: heading.count)
            return Int(clamping: scanner.word())
        }
        guard length <= mostBytes, bytes.count >= prefix + length + 32 else { return nil }
        let own = Array(bytes[prefix..<prefix + length])
        let end = prefix + length + 32
        guard ContentDigest.of(own).bytes.elementsEqual(bytes[prefix + length..<end]) else { return nil }
        return own.withUnsafeBufferPointer { buffer in
            var scanner = ByteScanner(buffer)
            return PartHeader(&scanner).map { ($0, end) }
        }
    }

    /// - Parameters:
    ///   - size: bytes of the contents.
    ///   - digest: of the contents.
    init(origin: Origin, size: Int, digest: ContentDigest) {
        (self.origin, self.size, self.digest) = (origin, size, digest)
    }

    private init?(_ scanner: inout ByteScanner) {
        guard let stage = scanner.text(), let shard = ShardIndex(scanner.int(), of: scanner.int()) else { return nil }
        let (first, end) = (scanner.int(), scanner.int())
        guard 0 <= first, first <= end, let manifest = ContentDigest(bytes: scanner.plain(32)),
            let inputs = ContentDigest(bytes: scanner.plain(32)), let models = ContentDigest(bytes: scanner.plain(32)),
            let program = ProgramIdentity(&scanner)
        else { return nil }
        let size = scanner.int()
        guard size >= 0, let digest = ContentDigest(bytes: scanner.plain(32)), scanner.isAtEnd else { return nil }
        self.init(
            origin: Origin(
                stage: stage, shard: shard, range: first..<end, manifest: manifest, inputs: inputs, models: models,
                program: program), size: size, digest: digest)
    }
}
