import CheckedNumbers
import FileReading

/// The markers of a JPEG file, as Pillow walks them.
struct JPEGMarkers {
    static let truncated = "the file is truncated"
    private static let notKnown = "no known image"

    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 2
    private(set) var width = 0
    private(set) var height = 0
    /// How many pictures its index of multiple pictures names; nil without one.
    private var pictures: Int?
    /// Whether it is one picture with a map for bright screens, which Pillow takes for a plain JPEG.
    private var hasGainMap = false
    /// Whether Pillow takes it for a file of several pictures.
    var holdsSeveral: Bool { pictures ?? 1 > 1 && !hasGainMap }

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private func big16(_ at: Int) -> Int? {
        at + 1 < bytes.count ? Int(bytes[at]) << 8 | Int(bytes[at + 1]) : nil
    }

    /// Up to the first scan. Returns why the file is refused; nil where it is not.
    mutating func readHeader() -> String? {
        while true {
            // Where data run out before a scan, the size is taken that was read till then.
            guard at + 1 < bytes.count else { return width > 0 && height > 0 ? nil : Self.notKnown }
            guard bytes[at] == 0xFF else {
                at += 1
                continue
            }
            let code = bytes[at + 1]
            switch code {
            // Padding.
            case 0xFF:
                at += 1
                continue
            case 0x00:
                at += 2
                continue
            // Markers without contents.
            case 0xC8, 0xD0...0xD9, 0xF0...0xFD:
                at += 2
                continue
            case 0xC0...0xFF: break
            default: return Self.notKnown
            }
            guard let length = big16(at + 2) else { return Self.notKnown }
            let start = at + 4
            let end = at + 2 + length
            guard end <= bytes.count else { return length < 2 ? Self.notKnown : Self.truncated }
            let contents = start < end ? bytes[start..<end] : bytes[0..<0]
            switch code {
            case 0xC4, 0xCC: break
            case 0xC0...0xCF:
                guard contents.count >= 6, contents[start] == 8, [1, 3, 4].contains(contents[start + 5]),
                    (contents.count - 6) % 3 == 0
                else { return Self.notKnown }
                height = Int(contents[start + 1]) << 8 | Int(contents[start + 2])
                width = Int(contents[start + 3]) << 8 | Int(contents[start + 4])
            case 0xE0, 0xEE:
                let name = code == 0xE0 ? "JFIF" : "Adobe"
                if contents.starts(with: name.utf8), contents.count < 7 { return Self.notKnown }
            case 0xE2:
                if contents.starts(with: "ICC_PROFILE\0".utf8), contents.count < 14 { return Self.notKnown }
                if contents.starts(with: "MPF\0".utf8) { pictures = MultiPictureIndex.count(contents.dropFirst(4)) }
            case 0xE1:
                if UnsafeBufferPointer(rebasing: contents).contains(bytes: " hdrgm:Version=\"") { hasGainMap = true }
            case 0xDB:
                var left = contents
                while let kind = left.first {
                    let size = kind >> 4 == 0 ? 65 : 129
                    guard left.count >= size else { return Self.notKnown }
                    left = left.dropFirst(size)
                }
            default: break
            }
            at = max(end, start)
            if code == 0xDA { return width > 0 && height > 0 ? nil : Self.notKnown }
        }
    }
}
