import CheckedNumbers
import FileReading

/// The bytes of a pickle, taken from the front with their bounds checked.
struct PickleInput {
    private let file: String
    private let bytes: ArraySlice<UInt8>
    /// Where the next byte is, in the indices of the slice.
    private(set) var at: Int

    init(_ bytes: ArraySlice<UInt8>, file: String) {
        self.bytes = bytes
        self.file = file
        at = bytes.startIndex
    }

    func damaged(_ what: String) -> FileError {
        FileError(
            file: file, message: "the checkpoint is truncated or damaged: \(what)",
            wayOut: "copy it again, or save it again from the trainer")
    }

    func refused(_ name: String) -> FileError {
        FileError(
            file: file,
            message: "the checkpoint is dangerous: loaded by Python it would call \(name); refused, nothing was run",
            wayOut: "do not trust this file; use weights from a source that you know")
    }

    /// An instruction of no trainer's.
    func unknown(_ what: String) -> FileError {
        FileError(
            file: file, message: "the checkpoint holds \(what), which is not known here",
            wayOut: "name the best.pt or last.pt that the trainer wrote")
    }

    mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard let part = bytes.slice(at: at, count: count) else { throw damaged("it ends in the middle of a value") }
        at += count
        return part
    }

    /// The next instruction.
    mutating func opcode() throws -> PickleOpcode {
        let code = try take(1).first ?? 0
        guard let opcode = PickleOpcode(rawValue: code) else {
            throw damaged("unknown instruction 0x\(String(code, radix: 16))")
        }
        return opcode
    }

    /// Little-endian, of up to eight bytes.
    mutating func unsigned(_ width: Int) throws -> Int {
        var value: UInt64 = 0
        for byte in try take(width).reversed() { value = value << 8 | UInt64(byte) }
        guard value < 1 << 62 else { throw damaged("a length beyond all reason") }
        return Int(value)
    }

    /// Little-endian, of four bytes in two's complement.
    mutating func signed() throws -> Int {
        let value = try unsigned(4)
        return value < 1 << 31 ? value : value - (1 << 32)
    }

    /// Little-endian two's complement of as many bytes as a number of `width` bytes says; clamped outside of 64 bits.
    mutating func long(_ width: Int) throws -> Int {
        let digits = try take(try unsigned(width))
        guard let last = digits.last else { return 0 }
        let isNegative = last >= 0x80
        if digits.count > 8 { return isNegative ? .min : .max }
        var value: UInt64 = isNegative ? .max : 0
        for byte in digits.reversed() { value = value << 8 | UInt64(byte) }
        return Int(Int64(bitPattern: value))
    }

    /// Big-endian, of eight bytes.
    mutating func double() throws -> Double {
        Double(bitPattern: try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// As many bytes as a number of `width` bytes says.
    mutating func counted(_ width: Int) throws -> ArraySlice<UInt8> { try take(try unsigned(width)) }

    /// The same as text; what is not UTF-8 is replaced.
    mutating func text(_ width: Int) throws -> String { String(decoding: try counted(width), as: UTF8.self) }

    /// Up to a line feed, which is passed over.
    mutating func line() throws -> String {
        guard let end = bytes[at...].firstIndex(of: 10) else { throw damaged("a line without an end") }
        defer { at = end + 1 }
        return String(decoding: bytes[at..<end], as: UTF8.self)
    }
}
