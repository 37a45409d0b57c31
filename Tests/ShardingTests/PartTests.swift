import FileReading
import Foundation
import Sharding
import TestSupport
import Testing

/// Parts are taken whole and of what is merged, or not at all: nothing that is wrong with one is passed over.
@Suite struct PartTests {
    private static let program = ProgramIdentity(
        program: .of("program"), vectorLevel: "x86-64-v4", backends: "onednn 3.7.3 0x3ff, reference")

    private func origin(
        _ index: Int = 2, of count: Int = 4, _ change: (inout PartHeader.Origin) -> Void = { _ in }
    ) throws -> PartHeader.Origin {
        let shard = try #require(ShardIndex(index, of: count))
        var origin = PartHeader.Origin(
            stage: "labels", shard: shard, range: shard.range(of: 10), manifest: .of("manifest"), inputs: .of("inputs"),
            models: .of(""), program: Self.program)
        change(&origin)
        return origin
    }

    private func written(_ contents: [UInt8] = [1, 2, 3, 4, 5]) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try ShardPart.write(contents, of: try origin(), to: folder.path + "/part")
        return try FileReading.bytes(ofFile: folder.path + "/part")
    }

    @Test func aPartReadsBackAsItWasWritten() throws {
        for contents in [[], [7], [UInt8](0...255)] as [[UInt8]] {
            let part = try ShardPart(try written(contents))
            #expect(part.contents == contents)
            #expect(part.header.origin == (try origin()))
        }
    }

    @Test func everyFlippedBitIsDamage() throws {
        let bytes = try written()
        for at in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[at] ^= 1 << bit
                #expect(throws: ShardPart.Problem.self, "bit \(bit) of byte \(at)") { try ShardPart(flipped) }
            }
        }
    }

    @Test func everyLengthButItsOwnIsDamage() throws {
        let bytes = try written()
        for count in bytes.indices {
            #expect(throws: ShardPart.Problem.self, "\(count) bytes") { try ShardPart(Array(bytes[..<count])) }
        }
        #expect(throws: ShardPart.Problem.damaged("something stands behind its end")) { try ShardPart(bytes + [0]) }
        #expect(throws: ShardPart.Problem.damaged("it is cut off")) { try ShardPart(Array(bytes.dropLast())) }
    }

    @Test func aPartOfSomethingElseIsForeign() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/part"
        let others: [(String, (inout PartHeader.Origin) -> Void)] = [
            ("stage", { $0.stage = "toxic" }), ("manifest", { $0.manifest = .of("other") }),
            ("settings", { $0.inputs = .of("other") }), ("weights", { $0.models = .of("other") }),
            ("shard", { $0.range = 0..<3 }),
            (
                "another build",
                {
                    $0.program = ProgramIdentity(
                        program: .of("newer"), vectorLevel: "x86-64-v4", backends: Self.program.backends)
                }
            ),
        ]
        for (word, change) in others {
            try ShardPart.write([1], of: try origin(2, of: 4, change), to: path)
            let problem = #expect(throws: ShardPart.Problem.self) { try ShardPart.read(path, of: try origin()) }
            guard case .foreign(let why) = problem else {
                Issue.record("\(word): \(String(describing: problem))")
                continue
            }
            #expect(why.contains(word))
        }
    }

    // MARK: All parts

    private func collection(_ folder: TemporaryFolder, shards: Int = 9) -> PartCollection {
        PartCollection(folder.path, shards: shards) { shard in
            PartHeader.Origin(
                stage: "labels", shard: shard, range: shard.range(of: 10), manifest: .of("manifest"),
                inputs: .of("inputs"), models: .of(""), program: Self.program)
        }
    }

    private func write(_ index: Int, of shards: Int = 9, _ folder: TemporaryFolder, level: String = "x86-64-v4") throws
    {
        let shard = try #require(ShardIndex(index, of: shards))
        let origin = PartHeader.Origin(
            stage: "labels", shard: shard, range: shard.range(of: 10), manifest: .of("manifest"), inputs: .of("inputs"),
            models: .of(""),
            program: ProgramIdentity(
                program: Self.program.program, vectorLevel: level, backends: Self.program.backends))
        try ShardPart.write([UInt8(index)], of: origin, to: collection(folder).folder + "/" + shard.fileName)
    }

    @Test func allThatIsWantingIsNamed() throws {
        let folder = try TemporaryFolder()
        for index in [0, 2, 3, 7] { try write(index, folder) }
        let damaged = folder.path + "/2-of-9.part"
        var bytes = try FileReading.bytes(ofFile: damaged)
        bytes[bytes.count - 1] ^= 4
        try AtomicFile.write(bytes, to: damaged)
        try FileManager.default.removeItem(atPath: folder.path + "/7-of-9.part")
        try FileManager.default.copyItem(
            atPath: folder.path + "/3-of-9.part", toPath: folder.path + "/7-of-9.part")
        var taken: [Int] = []
        let error = #expect(throws: WantingParts.self) {
            try collection(folder).read(wayOut: "do it") { part, _ in taken.append(part.header.origin.shard.index) }
        }
        #expect(taken == [0])
        let text = try #require(error).description
        #expect(text.contains("the parts 1, 4-6, 8 are missing"))
        #expect(text.contains("the part 2 is damaged: its contents are not those of its digest"))
        #expect(text.contains("the part 7 is of the shard 3 of 9"))
        #expect(text.contains("do it") && !text.contains("\n"))
    }

    /// Vectors of another length add in another order.
    @Test func partsOfAnotherKindOfCPUAreRefused() throws {
        let folder = try TemporaryFolder()
        for index in 0..<9 { try write(index, folder, level: index == 4 ? "x86-64-v3" : "x86-64-v4") }
        let error = #expect(throws: WantingParts.self) { try collection(folder).read(wayOut: "do it") { _, _ in } }
        #expect(try #require(error).error.message.hasPrefix("the part 4 was computed with x86-64-v3"))
        try write(4, folder)
        var taken: [UInt8] = []
        try collection(folder).read(wayOut: "") { part, _ in taken += part.contents }
        #expect(taken == Array(0..<9))
    }

    /// Which kind it is does not matter, as long as it is one.
    @Test func theMergeMayRunOnAnotherKindOfCPU() throws {
        let folder = try TemporaryFolder()
        for index in 0..<9 { try write(index, folder, level: "x86-64-v3") }
        var count = 0
        try collection(folder).read(wayOut: "") { _, _ in count += 1 }
        #expect(count == 9)
    }

    /// Both hold the same bytes, and each appears as a whole.
    @Test func manyWritersOfOnePart() throws {
        let folder = try TemporaryFolder()
        let (path, origin) = (folder.path + "/part", try origin())
        let contents = [UInt8](repeating: 9, count: 1 << 18)
        try ShardPart.write(contents, of: origin, to: path)
        let seen = try WorkerPool.map(
            count: 64, jobs: 8, makeState: {},
            { _, index -> Bool in
                if index % 2 == 0 { try ShardPart.write(contents, of: origin, to: path) }
                return try ShardPart.read(path, of: origin).contents == contents
            })
        #expect(seen.allSatisfy { $0 })
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["part"])
    }
}
