import CheckedNumbers

/// Numbers and texts, one after another, in few bytes.
package struct ByteWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// One byte as it is.
    package mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// Seven bits a byte, the lowest first.
    package mutating func number(_ value: UInt64) {
        var left = value
        while left >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }

    /// As the bits of a whole number.
    package mutating func number(_ value: Int) { number(UInt64(bitPattern: Int64(value))) }

    /// Eight bytes, the lowest first.
    package mutating func word(_ value: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    /// As they are, without their count.
    package mutating func plain(_ values: [UInt8]) { bytes += values }

    /// Puts other bytes in the place of as many.
    package mutating func replace(_ start: Int, by values: [UInt8]) {
        bytes.replaceSubrange(start..<start + values.count, with: values)
    }

    /// Bytes behind their count.
    package mutating func raw(_ values: some Collection<UInt8>) {
        number(values.count)
        bytes.append(contentsOf: values)
    }

    /// The bits of a number, so that it reads back as the same.
    package mutating func double(_ value: Double) { word(value.bitPattern) }

    /// Whether there is one, and its bits.
    package mutating func optional(_ value: Double?) {
        byte(value == nil ? 0 : 1)
        if let value { double(value) }
    }

    /// Numbers behind their count.
    package mutating func doubles(_ values: [Double]) {
        number(values.count)
        for value in values { double(value) }
    }

    /// Numbers behind their count.
    package mutating func floats(_ values: [Float]) {
        number(values.count)
        plainFloats(values)
    }

    /// Numbers without their count, four bytes each, the lowest first.
    package mutating func plainFloats(_ values: [Float]) {
        bytes.reserveCapacity(bytes.count + 4 * values.count)
        for value in values {
            let bits = value.bitPattern
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
        }
    }

    package mutating func text(_ value: String?) {
        byte(value == nil ? 0 : 1)
        if let value { raw(value.utf8) }
    }

    /// What tells whether a file has changed.
    package mutating func identity(_ value: FileIdentity) {
        number(UInt64(bitPattern: value.size))
        number(UInt64(bitPattern: value.modifiedSeconds))
        number(UInt64(bitPattern: value.modifiedNanoseconds))
        number(value.inode)
    }
}

/// What a `ByteWriter` wrote. Reading beyond the end gives nothing, and says so in `isDamaged`.
package struct ByteScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Where the next byte is.
    package private(set) var at: Int
    /// Whether something was read that is not there.
    package private(set) var isDamaged = false

    /// - Parameter at: where reading begins.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, at: Int = 0) {
        self.bytes = bytes
        self.at = at
    }

    /// The next byte; 0 beyond the end.
    package mutating func byte() -> UInt8 {
        guard bytes.indices.contains(at) else {
            isDamaged = true
            return 0
        }
        at += 1
        return bytes[at - 1]
    }

    /// What `number` of a writer wrote.
    package mutating func number() -> UInt64 {
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
    package mutating func count() -> Int {
        let value = number()
        guard value <= UInt64(bytes.count - min(at, bytes.count)) else {
            isDamaged = true
            return 0
        }
        return Int(value)
    }

    /// What `number` of a writer wrote of a whole number.
    package mutating func int() -> Int { Int(Int64(bitPattern: number())) }

    /// What `word` of a writer wrote.
    package mutating func word() -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { value |= UInt64(byte()) << shift }
        return value
    }

    /// What `raw` of a writer wrote.
    package mutating func raw() -> [UInt8] {
        let count = count()
        defer { at += count }
        return Array(bytes[at..<at + count])
    }

    /// So many bytes as they are.
    package mutating func plain(_ count: Int) -> [UInt8] {
        guard count >= 0, count <= bytes.count - min(at, bytes.count) else {
            isDamaged = true
            return []
        }
        defer { at += count }
        return Array(bytes[at..<at + count])
    }

    /// What `double` of a writer wrote.
    package mutating func double() -> Double { Double(bitPattern: word()) }

    /// What `optional` of a writer wrote.
    package mutating func optional() -> Double? { byte() == 0 ? nil : double() }

    /// What `doubles` of a writer wrote.
    package mutating func doubles() -> [Double] {
        let count = count(ofSize: 8)
        return (0..<count).map { _ in double() }
    }

    /// What `floats` of a writer wrote.
    package mutating func floats() -> [Float] {
        let count = count(ofSize: 4)
        return (0..<count).map { _ in
            var bits: UInt32 = 0
            for shift in stride(from: UInt32(0), to: 32, by: 8) { bits |= UInt32(byte()) << shift }
            return Float(bitPattern: bits)
        }
    }

    /// A count of things of which each takes that many bytes.
    package mutating func count(ofSize size: Int) -> Int {
        let value = count()
        guard value <= (bytes.count - min(at, bytes.count)) / size else {
            isDamaged = true
            return 0
        }
        return value
    }

    /// Whether everything was read and nothing is left.
    package var isAtEnd: Bool { !isDamaged && at == bytes.count }

    /// Passes over what `raw` would read, and says where it is.
    package mutating func skipRaw() -> Range<Int> {
        let count = count()
        defer { at += count }
        return at..<at + count
    }

    package mutating func text() -> String? { byte() == 0 ? nil : String(decoding: raw(), as: UTF8.self) }

    /// What `identity` of a writer wrote.
    package mutating func identity() -> FileIdentity {
        FileIdentity(
            size: Int64(bitPattern: number()), modifiedSeconds: Int64(bitPattern: number()),
            modifiedNanoseconds: Int64(bitPattern: number()), inode: number())
    }
}
