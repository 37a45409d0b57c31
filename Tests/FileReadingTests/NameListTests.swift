import FileReading
import Foundation
import TestSupport
import Testing

/// Names in folders: their order, repeats, and what is read by them.
@Suite struct NameListTests {
    /// Reproducible, and out of order.
    private static func scattered(_ count: Int) -> [Int] { (0..<count).map { $0 * 7919 % count } }

    private static func sorted(_ names: [String]) -> [String] {
        Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func texts(_ list: NameList) -> [String] { (0..<list.count).map { list[$0] } }

    /// Few names are sorted by comparing, many by their bytes: the order is the same.
    @Test(arguments: [1, 2, 300, 4095, 4096, 20_000])
    func namesAreInTheOrderOfTheirBytes(count: Int) {
        let numbered = Self.scattered(count).map { "frame_\($0).jpg" }
        // The same for longer than what decides most comparisons; one a part of the other; beyond ASCII.
        let alike = Self.scattered(count).map { "a picture of a street \($0 % 97) – \($0)" }
        let nested = Self.scattered(count).map { String(repeating: "x", count: $0 % 40) + "é\($0 % 11)" }
        // The first name has all bits that the others have.
        let covered =
            ["ooooooo"]
            + Self.scattered(count).map { number in
                String((0..<6).map { number >> $0 & 1 == 0 ? "a" : "b" }) + "\(number)"
            }
        for names in [numbered, alike, nested, covered, numbered + alike + nested, numbered + numbered.reversed()] {
            let list = NameList(names)
            #expect(Self.texts(list) == Self.sorted(names))
            #expect(list.packed == Self.sorted(names).flatMap { Array($0.utf8) + [0] })
        }
    }

    @Test(arguments: [3, 5000])
    func everyNameIsFoundWhateverTheHint(count: Int) {
        let list = NameList(Self.scattered(count).map { "image \($0)" })
        for place in [0, 1, count / 2, count - 1] {
            for hint in [-5, 0, 1, place - 1, place, place + 1, count - 1, count, count + 7] {
                let found = list.withBytes(place) { list.index(of: $0, near: hint) }
                #expect(found == place, "\(place) near \(hint)")
            }
        }
        // The last two names have a NUL within, as no file has: they are compared to its end and not beyond.
        for absent in ["", "image", "image 1.", "zebra", "image 1\0", "image \(count - 1)\0image"] {
            #expect(!list.contains(absent))
        }
    }

    @Test func aFolderIsListedAsItIs() throws {
        let folder = try TemporaryFolder()
        let names = Self.scattered(4200).map { "n\($0)" }
        for name in names { try folder.write("", to: name) }
        try folder.write("", to: ".hidden")
        #expect(Self.texts(try NameList(ofFolder: folder.path)) == Self.sorted(names))
        #expect(Self.texts(try NameList(ofFolder: folder.path, includesHidden: true)).first == ".hidden")
    }

    /// A length that a broken reading could have as well is not taken for the whole file.
    @Test func smallFilesAreReadWithoutALookAtTheirState() throws {
        let folder = try TemporaryFolder()
        let room = 8192
        let lengths = [0, 1, 511, 512, 513, 4096, 4097, room - 1, room, room + 1, 20_000]
        for length in lengths { try folder.write(String(repeating: "7", count: length), to: "f\(length)") }
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/f1-link", withDestinationPath: "f1")
        try FileManager.default.createDirectory(atPath: folder.path + "/folder", withIntermediateDirectories: true)
        let names = try NameList(ofFolder: folder.path)
        let open = OpenFolder(folder.path)
        var buffer: [UInt8] = []
        func peek(_ name: String) throws -> Int? {
            let place = try #require(Array(name.utf8).withUnsafeBufferPointer { names.index(of: $0) })
            return open.peekWhole(names, place, into: &buffer, room: room)
        }
        for length in lengths {
            let isTold = length % 512 != 0 && length < room
            #expect(try peek("f\(length)") == (isTold ? length : nil), "\(length)")
            if isTold { #expect(buffer[..<length].allSatisfy { $0 == UInt8(ascii: "7") }) }
        }
        #expect(try peek("f1-link") == nil)
        #expect(try peek("folder") == nil)
        try FileManager.default.removeItem(atPath: folder.path + "/f513")
        #expect(try peek("f513") == nil)
    }
}
