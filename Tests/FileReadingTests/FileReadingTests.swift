import FileReading
import Foundation
import TestSupport
import Testing

@Suite struct FileReadingTests {
    @Test func digestsOfKnownTexts() {
        #expect(ContentDigest.of("").hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(ContentDigest.of("abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            ContentDigest.of(String(repeating: "a", count: 1_000_000)).hex
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test(arguments: [1, 7, 63, 64, 65, 1000])
    func digestDoesNotDependOnThePieces(size: Int) {
        let bytes = (0..<3_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
        var builder = DigestBuilder()
        for start in stride(from: 0, to: bytes.count, by: size) {
            builder.update(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(builder.finish() == ContentDigest.of(bytes))
    }

    @Test(arguments: [1, 2, 5])
    func resultsComeInOrder(jobs: Int) throws {
        let squares = try WorkerPool.map(count: 500, jobs: jobs, makeState: { 0 }, { _, index in index * index })
        #expect(squares == (0..<500).map { $0 * $0 })
    }

    @Test func errorsEndTheWork() {
        struct Trouble: Error {}
        #expect(throws: Trouble.self) {
            try WorkerPool.map(
                count: 100, jobs: 2, makeState: { 0 }, { _, index in if index == 40 { throw Trouble() } })
        }
        #expect(throws: CancellationError.self) {
            try WorkerPool.map(count: 10, jobs: 2, isCancelled: { true }, makeState: { 0 }, { _, _ in 0 })
        }
    }

    @Test func writesAreWhole() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "file")
        try AtomicFile.write("new", to: path)
        #expect(try FileReading.bytes(ofFile: path) == Array("new".utf8))
        #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder.path + "/missing/file") }
        #expect(throws: FileError.self) { try FileReading.bytes(ofFile: folder.path) }
        #expect(throws: FileError.self) { try FileReading.bytes(ofFile: path, limit: 2) }
        #expect(throws: FileError.self) { try FileReading.bytes(ofFile: "/dev/zero") }
    }

    @Test func aFileThatIsNotMadeToItsEndLeavesTheOldOne() throws {
        struct Halt: Error {}
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "file")
        #expect(throws: Halt.self) {
            try AtomicFile.write(to: path) { emit in
                try emit(Array("new".utf8))
                throw Halt()
            }
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
        try AtomicFile.write(to: path) { emit in for piece in ["n", "ew"] { try emit(Array(piece.utf8)) } }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    }

    @Test func linksAreFollowedAndPermissionsStay() throws {
        let folder = try TemporaryFolder()
        let real = try folder.write("old", to: "kept/real")
        chmod(real, 0o664)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "kept/real")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/far", withDestinationPath: "link")
        try AtomicFile.write("new", to: folder.path + "/far")
        #expect(try FileReading.bytes(ofFile: real) == Array("new".utf8))
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == [
                "far", "kept", "kept/real", "link",
            ])
        var status = stat()
        #expect(lstat(folder.path + "/far", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(stat(real, &status) == 0 && status.st_mode & 0o777 == 0o664)
    }

    @Test func longNamesAreWritten() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/" + String(repeating: "é", count: 127)
        try AtomicFile.write("x", to: path)
        #expect(try FileReading.bytes(ofFile: path) == Array("x".utf8))
    }

    /// Process 1 is always there, and none has so high a number.
    @Test func remainsOfTheDeadAreRemoved() throws {
        let folder = try TemporaryFolder()
        for name in ["a.1.2.tmp", "a.999999999.2.tmp", "a.tmp", "b.\(getpid()).7.tmp"] {
            try folder.write("half", to: name)
        }
        AtomicFile.removeRemains(in: folder.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.1.2.tmp", "a.tmp"])
        AtomicFile.removeRemains(in: folder.path, startingWith: "a.", isLocked: true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.tmp"])
    }

    @Test func pathsAsText() {
        #expect(Paths.normalized("/a/./b/../c//d") == "/a/c/d")
        #expect(Paths.normalized("../x/..") == "..")
        #expect(Paths.absolute("../train/images", relativeTo: "/data/set") == "/data/train/images")
        #expect(Paths.relative("/a/b/c", to: "/a/d") == "../b/c")
        #expect(Paths.withoutSuffix("/images/a.b.jpg") == "/images/a.b")
        #expect(Paths.suffix(of: ".hidden").isEmpty)
    }
}
