import CheckedNumbers

/// Bounds-checked access to the bytes of a file.
struct ByteReader {
    let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var count: Int { bytes.count }

    func byte(_ at: Int) -> Int? { at >= 0 && at < bytes.count ? Int(bytes[at]) : nil }

    func matches(_ text: StaticString, at: Int) -> Bool {
        guard at >= 0, at <= bytes.count - text.utf8CodeUnitCount else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { bytes[at + $0] == text.utf8Start[$0] }
    }

    func big16(_ at: Int) -> Int? {
        guard let high = byte(at), let low = byte(at + 1) else { return nil }
        return high << 8 | low
    }
    func little16(_ at: Int) -> Int? {
        guard let low = byte(at), let high = byte(at + 1) else { return nil }
        return high << 8 | low
    }
    func big32(_ at: Int) -> Int? {
        guard let high = big16(at), let low = big16(at + 2) else { return nil }
        return high << 16 | low
    }
    func little32(_ at: Int) -> Int? {
        guard let low = little16(at), let high = little16(at + 2) else { return nil }
        return high << 16 | low
    }

    /// A number of eight bytes that is a place in a file; nil where it is none.
    func big64(_ at: Int) -> Int? {
        guard let high = big32(at), let low = big32(at + 4), high < 1 << 30 else { return nil }
        return high << 32 | low
    }
}
