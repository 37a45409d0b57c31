import FileReading

/// Numbers and texts, one after another, in few bytes.
struct ByteWriter: Sendable {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// Seven bits a byte, the lowest first.
    mutating func number(_ value: UInt64) {
        var left = value
        while left >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }

    mutating func number(_ value: Int) { number(UInt64(bitPattern: Int64(value))) }

    mutating func word(_ value: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    /// As they are, without their count.
    mutating func plain(_ values: [UInt8]) { bytes += values }

    mutating func replace(_ start: Int, by values: [UInt8]) {
        bytes.replaceSubrange(start..<start + values.count, with: values)
    }

    mutating func raw(_ values: some Collection<UInt8>) {
        number(values.count)
        bytes.append(contentsOf: values)
    }

    mutating func text(_ value: String?) {
        byte(value == nil ? 0 : 1)
        if let value { raw(value.utf8) }
    }

    mutating func identity(_ value: FileIdentity) {
        number(UInt64(bitPattern: value.size))
        number(UInt64(bitPattern: value.modifiedSeconds))
        number(UInt64(bitPattern: value.modifiedNanoseconds))
        number(value.inode)
    }
}

/// What a `ByteWriter` wrote. Reading beyond the end gives nothing, and says so in `isDamaged`.
struct ByteScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var at: Int
    private(set) var isDamaged = false

    init(_ bytes: UnsafeBufferPointer<UInt8>, at: Int = 0) {
        self.bytes = bytes
        self.at = at
    }

    mutating func byte() -> UInt8 {
        guard bytes.indices.contains(at) else {
            isDamaged = true
            return 0
        }
        at += 1
        return bytes[at - 1]
    }

    mutating func number() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        isDamaged = true
        return 0
    }

    /// A count of things of which each takes at least a byte.
    mutating func count() -> Int {
        let value = number()
        guard value <= UInt64(bytes.count - min(at, bytes.count)) else {
            isDamaged = true
            return 0
        }
        return Int(value)
    }

    mutating func int() -> Int { Int(Int64(bitPattern: number())) }

    mutating func word() -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { value |= UInt64(byte()) << shift }
        return value
    }

    mutating func raw() -> [UInt8] {
        let count = count()
        defer { at += count }
        return Array(bytes[at..<at + count])
    }

    /// Passes over what `raw` would read, and says where it is.
    mutating func skipRaw() -> Range<Int> {
        let count = count()
        defer { at += count }
        return at..<at + count
    }

    mutating func text() -> String? { byte() == 0 ? nil : String(decoding: raw(), as: UTF8.self) }

    mutating func identity() -> FileIdentity {
        FileIdentity(
            size: Int64(bitPattern: number()), modifiedSeconds: Int64(bitPattern: number()),
            modifiedNanoseconds: Int64(bitPattern: number()), inode: number())
    }
}
