import FileReading
import Testing

@Suite struct ByteSearchTests {
    @Test(arguments: [
        ("mark", true), ("at the end: mark", true), ("mark at the start", true), ("mar", false), ("", false),
        ("mamarmark", true), ("m\0ark", false), ("\0mark", true), ("MARK", false),
    ])
    func bytesAreFoundWhereverTheyAre(text: String, isFound: Bool) {
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBufferPointer { $0.contains(bytes: "mark") } == isFound)
        #expect(UnsafeBufferPointer<UInt8>(start: nil, count: 0).contains(bytes: "mark") == false)
    }

    /// A part is searched, and not what lies behind it.
    @Test func nothingBehindTheEndIsRead() {
        let bytes = Array("a mark".utf8)
        bytes.withUnsafeBufferPointer { all in
            #expect(!UnsafeBufferPointer(rebasing: all[..<5]).contains(bytes: "mark"))
            #expect(!UnsafeBufferPointer(rebasing: all[0..<0]).contains(bytes: "mark"))
            #expect(UnsafeBufferPointer(rebasing: all[2...]).contains(bytes: "mark"))
        }
    }
}
