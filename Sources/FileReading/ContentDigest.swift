import CVectorKernels
import CheckedNumbers

/// SHA-256 of some contents (FIPS 180-4).
public struct ContentDigest: Hashable, Sendable {
    /// 64 lower-case hexadecimal digits.
    public let hex: String

    /// 32 bytes.
    public var bytes: [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }

    /// A digest that was kept; nil where it is not of 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(of: bytes)
    }

    fileprivate init(of bytes: [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        hex = String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The digest of bytes in memory.
    public static func of(_ bytes: [UInt8]) -> ContentDigest {
        var builder = DigestBuilder()
        builder.update(bytes)
        return builder.finish()
    }

    /// The digest of a text's UTF-8.
    public static func of(_ text: String) -> ContentDigest { of(Array(text.utf8)) }

    /// The digest of a file, read whole.
    public static func ofFile(_ path: String) throws -> ContentDigest {
        of(try FileReading.bytes(ofFile: path))
    }
}

/// Takes contents piece by piece.
public struct DigestBuilder {
    private var state = assay_sha256_state()

    public init() { assay_sha256_start(&state) }

    /// Adds bytes as they are, without their number.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { assay_sha256_update(&state, $0.baseAddress, $0.count) }
    }

    /// Adds bytes as they are, without their number.
    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBufferPointer { assay_sha256_update(&state, $0.baseAddress, $0.count) }
    }

    /// Adds a text and its length, so that neighbouring texts cannot run into each other.
    public mutating func update(field text: String) {
        let bytes = Array(text.utf8)
        update(withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Array($0) })
        update(bytes)
    }

    /// The digest of all that was added; call it once.
    public mutating func finish() -> ContentDigest {
        var digest = [UInt8](repeating: 0, count: 32)
        assay_sha256_finish(&state, &digest)
        return ContentDigest(of: digest)
    }
}
