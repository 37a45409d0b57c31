import Foundation

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes, one or more, occur one after the other.
    ///
    /// By the C library: `firstRange(of:)` of the standard library takes two microseconds to search nothing at all, which
    /// four million empty segments of a file make ten seconds.
    package func contains(bytes wanted: StaticString) -> Bool {
        let size = wanted.utf8CodeUnitCount
        guard var at = baseAddress, count >= size else { return false }
        let lastStart = at + (count - size)
        while at <= lastStart, let hit = memchr(at, Int32(clamping: wanted.utf8Start.pointee), lastStart - at + 1) {
            if memcmp(hit, wanted.utf8Start, size) == 0 { return true }
            at = UnsafePointer(hit.assumingMemoryBound(to: UInt8.self)) + 1
        }
        return false
    }
}
