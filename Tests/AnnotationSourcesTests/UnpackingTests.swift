import AnnotationSources
import FileReading
import Foundation
import TestSupport
import Testing

@Suite struct UnpackingTests {
    private func unpack(_ entries: [StoredArchive.Entry], archiveSize: Int? = nil) throws -> (
        TemporaryFolder, ZipLeftovers
    ) {
        let folder = try TemporaryFolder()
        let bytes = StoredArchive.bytes(entries)
        let path = try folder.write(bytes, to: "a.zip")
        try FileManager.default.createDirectory(atPath: folder.path + "/out/in", withIntermediateDirectories: true)
        let leftovers = try ZipFile(path).unpack(into: folder.path + "/out/in", archiveSize: archiveSize ?? bytes.count)
        return (folder, leftovers)
    }

    @Test func filesAreWritten() throws {
        let (folder, leftovers) = try unpack([
            .init("a/b.txt", Array("hello".utf8)), .init("a/", []), .init("c\\d.txt", [1]),
        ])
        #expect(leftovers.links.isEmpty && leftovers.unsafeNames.isEmpty && leftovers.repeated.isEmpty)
        #expect(try FileReading.bytes(ofFile: folder.path + "/out/in/a/b.txt") == Array("hello".utf8))
        #expect(try FileReading.bytes(ofFile: folder.path + "/out/in/c/d.txt") == [1])
    }

    @Test func nothingLeavesTheFolder() throws {
        let (folder, leftovers) = try unpack([
            .init("../evil.txt", [1]), .init("a/../../evil.txt", [1]), .init("..\\evil.txt", [1]),
            .init("/evil.txt", [1]), .init("link", Array("/etc".utf8), mode: 0o120777), .init("link/x", [1]),
            .init("C:\\evil2.txt", [1]),
        ])
        #expect(leftovers.unsafeNames.count == 3 && leftovers.links == ["link"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out") == ["in"])
        let inside = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/out/in").sorted()
        #expect(inside == ["evil.txt", "evil2.txt", "link", "link/x"])
    }

    @Test func aPlaceIsTakenOnce() throws {
        let (folder, leftovers) = try unpack([.init("a", [1]), .init("a", [2]), .init("a/b", [3])])
        #expect(leftovers.repeated == ["a", "a/b"] || leftovers.repeated == ["a/b"])
        #expect(try FileReading.bytes(ofFile: folder.path + "/out/in/a") == [1])
    }

    @Test func bombsAreRefused() throws {
        // Sizes that are declared.
        #expect(throws: FileError.self) { try unpack((0..<4).map { .init("\($0)", [1], declaredSize: 1 << 30) }) }
        let folder = try TemporaryFolder()
        for bytes: [UInt8] in [[], [0x50, 0x4B, 3, 4], Array("PK\u{5}\u{6}".utf8)] {
            let path = try folder.write(bytes, to: "a.zip")
            #expect(throws: FileError.self) { _ = try ZipFile(path).entries.count }
        }
        #expect(throws: FileError.self) { _ = try ZipFile(folder.path).entries.count }
        #expect(throws: FileError.self) { _ = try ZipFile(folder.path + "/nowhere.zip").entries.count }
    }

    @Test(arguments: [
        ("a/b.jpg", "a/b.jpg"), ("./a//b", "a/b"), ("C:\\x\\y.png", "x/y.png"), ("..", nil), ("a/../b", nil), ("", nil),
        ("/", nil), ("a\nb", nil),
    ])
    func namesAreMadeSafe(name: String, safe: String?) { #expect(SafePath.relative(name) == safe) }
}
