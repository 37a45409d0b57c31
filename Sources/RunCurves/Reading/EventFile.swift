import CheckedNumbers
import FileReading

/// Event files of TensorBoard: records with checksums (TFRecord), each a small protocol buffer.
///
/// Only scalars are read: a tag, a step, a value. Everything else is passed over.
enum EventFile {
    /// A record that claims more is none: pictures are the largest thing in a log of a training.
    static let largestRecord = 256 << 20

    /// Whether a file begins with a record.
    static func isOne(_ head: [UInt8]) -> Bool {
        guard let length = head.slice(at: 0, count: 8), let sum = little(head, at: 8, count: 4) else { return false }
        return UInt64(clamping: Checksum.masked(length)) == sum
    }

    /// - Returns: the figures, and whether the file ends within a record.
    /// - Throws: `FileError` where the first record is none.
    static func read(_ bytes: [UInt8], file: String, into history: inout MetricHistory) throws -> [LogNote] {
        let budget = ReadingBudget(file: file, size: bytes.count)
        guard isOne(bytes) else {
            throw FileError(
                file: file, message: "is no event file of TensorBoard", wayOut: "name events.out.tfevents.… of a run")
        }
        var at = 0
        while at < bytes.count {
            try budget.visit()
            // Length and its checksum, the data and its checksum.
            guard let head = bytes.slice(at: at, count: 8), let headSum = little(bytes, at: at + 8, count: 4),
                UInt64(clamping: Checksum.masked(head)) == headSum, let long = little(bytes, at: at, count: 8),
                let length = Int(exactly: long), length <= largestRecord,
                let data = bytes.slice(at: at + 12, count: length),
                let sum = little(bytes, at: at + 12 + length, count: 4)
            else { return [.cut(line: nil)] }
            guard UInt64(clamping: Checksum.masked(data)) == sum else {
                throw FileError(
                    file: file, message: "is damaged: the record at byte \(at) has another checksum",
                    wayOut: "copy the file again from where the training ran")
            }
            try event(data, budget, &history)
            at += 12 + length + 4
        }
        return []
    }

    private static func little(_ bytes: [UInt8], at start: Int, count: Int) -> UInt64? {
        bytes.slice(at: start, count: count)?.reversed().reduce(0) { $0 << 8 | UInt64(clamping: $1) }
    }

    // MARK: Messages

    /// Event: 2 step, 5 summary.
    private static func event(_ data: ArraySlice<UInt8>, _ budget: ReadingBudget, _ history: inout MetricHistory) throws
    {
        var step = 0
        var summaries: [ArraySlice<UInt8>] = []
        var message = ProtoMessage(data)
        while let field = message.next() {
            try budget.visit()
            switch (field.number, field.value) {
            case (2, .varint(let value)): step = Int(exactly: Int64(bitPattern: value)) ?? 0
            case (5, .bytes(let bytes)): summaries.append(bytes)
            default: break
            }
        }
        for summary in summaries {
            var message = ProtoMessage(summary)
            while let field = message.next() {
                try budget.visit()
                guard field.number == 1, case .bytes(let value) = field.value else { continue }
                guard let (tag, number) = try scalar(value, budget), let column = LogColumn(name: tag) else { continue }
                guard column != .epoch, (0...LogText.mostRows).contains(step) else { continue }
                history.add(column, step: step, value: number)
            }
        }
    }

    /// Summary.Value: 1 tag, 2 simple_value, 8 tensor.
    private static func scalar(_ data: ArraySlice<UInt8>, _ budget: ReadingBudget) throws -> (
        tag: String, value: Double
    )? {
        var tag = ""
        var value: Double?
        var message = ProtoMessage(data)
        while let field = message.next() {
            try budget.visit()
            switch (field.number, field.value) {
            case (1, .bytes(let bytes)) where bytes.count <= 1000: tag = String(decoding: bytes, as: UTF8.self)
            case (2, .fixed32(let bits)): value = Double(Float(bitPattern: bits))
            case (8, .bytes(let bytes)): value = tensor(bytes)
            default: break
            }
        }
        return value.map { (tag, $0) }
    }

    /// TensorProto with one number: 1 type, 4 its bytes, 5 floats, 6 doubles.
    private static func tensor(_ data: ArraySlice<UInt8>) -> Double? {
        var isDouble = false
        var content: ArraySlice<UInt8>?
        var message = ProtoMessage(data)
        while let field = message.next() {
            switch (field.number, field.value) {
            case (1, .varint(let type)): isDouble = type == 2
            case (4, .bytes(let bytes)), (5, .bytes(let bytes)), (6, .bytes(let bytes)): content = bytes
            case (5, .fixed32(let bits)): return Double(Float(bitPattern: bits))
            case (6, .fixed64(let bits)): return Double(bitPattern: bits)
            default: break
            }
        }
        guard let content else { return nil }
        let bits = content.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64(clamping: $1) }
        if isDouble { return content.count == 8 ? Double(bitPattern: bits) : nil }
        return content.count == 4 ? UInt32(exactly: bits).map { Double(Float(bitPattern: $0)) } : nil
    }
}

/// The fields of a protocol buffer, one after another; ends where the bytes are no field.
struct ProtoMessage {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(ArraySlice<UInt8>)
        case fixed32(UInt32)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> (number: UInt64, value: Value)? {
        guard let key = varint() else { return nil }
        switch key & 7 {
        case 0: return varint().map { (key >> 3, .varint($0)) }
        case 1: return fixed(8).map { (key >> 3, .fixed64($0)) }
        case 2:
            guard let length = varint().flatMap({ Int(exactly: $0) }), length <= rest.count else { return nil }
            let bytes = rest.prefix(length)
            rest = rest.dropFirst(length)
            return (key >> 3, .bytes(bytes))
        case 5: return fixed(4).flatMap { UInt32(exactly: $0) }.map { (key >> 3, .fixed32($0)) }
        default: return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(clamping: byte & 127) << shift
            if byte < 128 { return value }
        }
        return nil
    }

    private mutating func fixed(_ count: Int) -> UInt64? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64(clamping: $1) }
    }
}

/// CRC-32C, masked as TFRecord has it: a checksum of data that may itself hold checksums.
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(clamping: byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    static func masked(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes { sum = table[Int(clamping: (sum ^ UInt32(clamping: byte)) & 255)] ^ sum >> 8 }
        sum = ~sum
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }
}
