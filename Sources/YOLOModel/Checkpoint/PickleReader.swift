import FileReading

/// A restricted unpickler, protocols 2 to 5.
///
/// It builds plain values, tensors and inert records of modules. A name outside of `allowed` ends the reading with an
/// error that says it: a checkpoint is data and is never executed.
struct PickleReader {
    private let file: String
    private let bytes: ArraySlice<UInt8>
    private var at: Int
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var containers: [PickleContainer] = []
    private var namedStorages: [String: PickleStorage] = [:]

    /// Reads one pickle and hands its value to `body`; containers are emptied afterwards.
    static func read<Result>(
        _ bytes: ArraySlice<UInt8>, file: String, _ body: (PickleValue) throws -> Result
    ) throws -> Result {
        var reader = PickleReader(bytes, file: file)
        defer { reader.dissolve() }
        let value = try reader.run()
        return try body(value)
    }

    /// Reads pickles that follow each other.
    ///
    /// - Parameter body: gets the values, where the last pickle ends, and the storages that were named, by key.
    static func readSeveral<Result>(
        _ count: Int, _ bytes: ArraySlice<UInt8>, file: String,
        _ body: ([PickleValue], Int, [String: PickleStorage]) throws -> Result
    ) throws -> Result {
        var reader = PickleReader(bytes, file: file)
        defer { reader.dissolve() }
        var values: [PickleValue] = []
        for _ in 0..<count {
            reader.stack = []
            reader.marks = []
            reader.memo = [:]
            values.append(try reader.run())
        }
        return try body(values, reader.at, reader.namedStorages)
    }

    private init(_ bytes: ArraySlice<UInt8>, file: String) {
        self.bytes = bytes
        self.file = file
        at = bytes.startIndex
    }

    private mutating func dissolve() {
        stack = []
        memo = [:]
        for container in containers {
            container.items = []
            container.entries = []
        }
    }

    // MARK: What may be named

    private static let storages: [String: StoredTensor.Kind] = [
        "torch.HalfStorage": .half, "torch.BFloat16Storage": .bfloat16, "torch.FloatStorage": .single,
        "torch.DoubleStorage": .double, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
        "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8,
        "torch.BoolStorage": .bool,
    ]
    private static let functions: Set<String> = [
        "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state", "torch.Size", "torch.device", "torch.float16", "torch.float32",
        "torch.float64", "torch.bfloat16", "types.SimpleNamespace", "argparse.Namespace", "pathlib.PosixPath",
        "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib._local.PosixPath", "numpy.dtype",
        "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "_codecs.encode", "copyreg._reconstructor",
        "copy_reg._reconstructor", "builtins.object", "__builtin__.object", "builtins.set", "__builtin__.set",
        "builtins.list", "builtins.dict", "builtins.tuple", "builtins.frozenset", "builtins.slice",
        "datetime.datetime", "datetime.date",
    ]
    /// Packages whose classes become inert records.
    private static let packages = [
        "torch.nn.modules.", "models.", "ultralytics.nn.", "ultralytics.utils.", "ultralytics.yolo.", "yolov5.models.",
        "yolov5.utils.", "utils.", "yolov12.", "torch.nn.parameter.",
    ]

    private static func isAllowed(_ name: String) -> Bool {
        storages[name] != nil || functions.contains(name) || packages.contains { name.hasPrefix($0) }
    }

    // MARK: Errors

    private func damaged(_ what: String) -> FileError {
        FileError(
            file: file, message: "the checkpoint is truncated or damaged: \(what)",
            wayOut: "copy it again, or save it again from the trainer")
    }

    private func refused(_ name: String) -> FileError {
        FileError(
            file: file,
            message: "the checkpoint asks for \(name), which a checkpoint has no need of: refused, nothing was run",
            wayOut: "do not trust this file; use weights from a source that you know")
    }

    // MARK: Input

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - at else { throw damaged("it ends in the middle of a value") }
        defer { at += count }
        return bytes[at..<at + count]
    }

    private mutating func unsigned(_ width: Int) throws -> Int {
        var value: UInt64 = 0
        for byte in try take(width).reversed() { value = value << 8 | UInt64(byte) }
        guard value < 1 << 62 else { throw damaged("a length beyond all reason") }
        return Int(value)
    }

    private mutating func text(_ count: Int) throws -> String { String(decoding: try take(count), as: UTF8.self) }

    private mutating func line() throws -> String {
        guard let end = bytes[at...].firstIndex(of: 10) else { throw damaged("a line without an end") }
        defer { at = end + 1 }
        return String(decoding: bytes[at..<end], as: UTF8.self)
    }

    /// Little-endian two's complement of any length; clamped outside of 64 bits.
    private mutating func longInteger(_ count: Int) throws -> Int {
        let digits = try take(count)
        guard let last = digits.last else { return 0 }
        let isNegative = last >= 0x80
        var value: UInt64 = isNegative ? .max : 0
        for byte in digits.prefix(8).reversed() { value = value << 8 | UInt64(byte) }
        if count > 8 { return isNegative ? .min : .max }
        return Int(Int64(bitPattern: value))
    }

    // MARK: Stack

    private mutating func pop() throws -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else { throw damaged("an empty stack") }
        return value
    }

    private mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast(), mark <= stack.count else { throw damaged("no mark") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func container(_ items: [PickleValue] = []) -> PickleContainer {
        let made = PickleContainer()
        made.items = items
        containers.append(made)
        return made
    }

    private mutating func pushTuple(_ count: Int) throws {
        guard stack.count - count >= (marks.last ?? 0) else { throw damaged("an empty stack") }
        let items = Array(stack[(stack.count - count)...])
        stack.removeLast(count)
        stack.append(.tuple(container(items)))
    }

    private func top() throws -> PickleValue {
        guard let value = stack.last else { throw damaged("an empty stack") }
        return value
    }

    // MARK: The machine

    private mutating func run() throws -> PickleValue {
        while true {
            let code = try take(1)[at - 1]
            if code == UInt8(ascii: ".") { return try pop() }
            try step(code)
        }
    }

    private mutating func step(_ code: UInt8) throws {
        switch code {
        case 0x80: _ = try take(1)  // protocol
        case 0x95: _ = try take(8)  // frame
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "K"): stack.append(.int(try unsigned(1)))
        case UInt8(ascii: "M"): stack.append(.int(try unsigned(2)))
        case UInt8(ascii: "J"): stack.append(.int(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
        case 0x8A: stack.append(.int(try longInteger(try unsigned(1))))
        case 0x8B: stack.append(.int(try longInteger(try unsigned(4))))
        case UInt8(ascii: "G"):
            let pattern = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            stack.append(.double(Double(bitPattern: pattern)))
        case UInt8(ascii: "X"): stack.append(.string(try text(try unsigned(4))))
        case 0x8C: stack.append(.string(try text(try unsigned(1))))
        case 0x8D: stack.append(.string(try text(try unsigned(8))))
        case UInt8(ascii: "U"): stack.append(.string(try text(try unsigned(1))))
        case UInt8(ascii: "T"): stack.append(.string(try text(try unsigned(4))))
        case UInt8(ascii: "C"): stack.append(.bytes(Array(try take(try unsigned(1)))))
        case UInt8(ascii: "B"): stack.append(.bytes(Array(try take(try unsigned(4)))))
        case 0x8E, 0x96: stack.append(.bytes(Array(try take(try unsigned(8)))))
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"): stack.append(try top())
        default: try stepStructure(code)
        }
    }

    private mutating func stepStructure(_ code: UInt8) throws {
        switch code {
        case UInt8(ascii: "]"): stack.append(.list(container()))
        case UInt8(ascii: "l"): stack.append(.list(container(try popToMark())))
        case UInt8(ascii: ")"): stack.append(.tuple(container()))
        case UInt8(ascii: "t"): stack.append(.tuple(container(try popToMark())))
        case 0x85: try pushTuple(1)
        case 0x86: try pushTuple(2)
        case 0x87: try pushTuple(3)
        case UInt8(ascii: "}"): stack.append(.dictionary(container()))
        case UInt8(ascii: "d"):
            let made = container()
            setItems(try popToMark(), in: made)
            stack.append(.dictionary(made))
        case 0x8F: stack.append(.list(container()))  // set
        case 0x91: stack.append(.tuple(container(try popToMark())))  // frozenset
        case UInt8(ascii: "a"):
            let value = try pop()
            try append([value])
        case UInt8(ascii: "e"), 0x90:
            let values = try popToMark()
            try append(values)
        case UInt8(ascii: "s"):
            let value = try pop()
            let key = try pop()
            try setItems([key, value])
        case UInt8(ascii: "u"):
            let values = try popToMark()
            try setItems(values)
        case UInt8(ascii: "q"): memo[try unsigned(1)] = try top()
        case UInt8(ascii: "r"): memo[try unsigned(4)] = try top()
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "h"): try recall(try unsigned(1))
        case UInt8(ascii: "j"): try recall(try unsigned(4))
        default: try stepObject(code)
        }
    }

    private mutating func recall(_ index: Int) throws {
        guard let value = memo[index] else { throw damaged("a reference to nothing") }
        stack.append(value)
    }

    private func append(_ values: [PickleValue]) throws {
        switch try top() {
        case .list(let list), .object(let list): list.items += values
        default: throw damaged("an append to something that is no list")
        }
    }

    private func setItems(_ values: [PickleValue]) throws {
        switch try top() {
        case .dictionary(let target), .object(let target): setItems(values, in: target)
        default: throw damaged("an entry in something that is no dictionary")
        }
    }

    private func setItems(_ values: [PickleValue], in target: PickleContainer) {
        for index in stride(from: 0, to: values.count - 1, by: 2) {
            target.entries.append((values[index], values[index + 1]))
        }
    }

    private mutating func stepObject(_ code: UInt8) throws {
        switch code {
        case UInt8(ascii: "c"):
            let module = try line()
            try name(module, try line())
        case 0x93:
            guard case .string(let function) = try pop(), case .string(let module) = try pop() else {
                throw damaged("a name that is no text")
            }
            try name(module, function)
        case UInt8(ascii: "R"), 0x81:
            let arguments = try pop()
            try make(try pop(), arguments)
        case 0x92:
            _ = try pop()
            let arguments = try pop()
            try make(try pop(), arguments)
        case UInt8(ascii: "b"):
            let state = try pop()
            try build(state)
        case UInt8(ascii: "Q"): try persistent(try pop())
        case UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "P"), 0x82, 0x83, 0x84:
            throw refused("the pickle instruction 0x\(String(code, radix: 16))")
        default: throw damaged("unknown instruction 0x\(String(code, radix: 16))")
        }
    }

    private mutating func name(_ module: String, _ function: String) throws {
        let name = "\(module).\(function)"
        guard Self.isAllowed(name) else { throw refused(name) }
        stack.append(.global(name))
    }

    private static func items(_ value: PickleValue) -> [PickleValue] {
        switch value {
        case .tuple(let container), .list(let container): container.items
        default: []
        }
    }

    private static func int(_ value: PickleValue) -> Int? {
        if case .int(let value) = value { value } else { nil }
    }

    /// What Python would have called; here, data takes its place.
    private mutating func make(_ callee: PickleValue, _ arguments: PickleValue) throws {
        guard case .global(let name) = callee else { throw damaged("a call of something that is no name") }
        let items = Self.items(arguments)
        switch name {
        case "torch._utils._rebuild_tensor_v2": stack.append(try tensor(items))
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
            stack.append(items.first ?? .none)
        case "collections.OrderedDict", "builtins.dict": stack.append(.dictionary(container()))
        case "builtins.set", "__builtin__.set", "builtins.list", "builtins.tuple", "builtins.frozenset", "torch.Size":
            stack.append(.list(container(items.first.map(Self.items) ?? [])))
        case "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib._local.PosixPath":
            let parts = items.map { if case .string(let part) = $0 { part } else { "" } }
            stack.append(.string(parts.joined(separator: "/")))
        case "copyreg._reconstructor", "copy_reg._reconstructor":
            let made = container()
            if case .global(let className)? = items.first { made.className = className }
            stack.append(.object(made))
        default:
            let made = container(items)
            made.className = name
            stack.append(.object(made))
        }
    }

    private func build(_ state: PickleValue) throws {
        guard case .object(let object) = try top() else { return }
        var parts = [state]
        if case .tuple(let pair) = state { parts = pair.items }
        for case .dictionary(let entries) in parts { object.entries += entries.entries }
    }

    /// ('storage', class, key, device, count); in old checkpoints also ('module', class, source file, source).
    private mutating func persistent(_ id: PickleValue) throws {
        let parts = Self.items(id)
        if parts.count >= 2, case .string("module") = parts[0], case .global = parts[1] {
            stack.append(parts[1])
            return
        }
        guard parts.count >= 5, case .global(let type) = parts[1], let kind = Self.storages[type],
            case .string(let key) = parts[2], let count = Self.int(parts[4]), count >= 0, count < 1 << 40
        else { throw damaged("a storage of an unknown kind") }
        let storage = PickleStorage(kind: kind, key: key, count: count)
        namedStorages[key] = storage
        stack.append(.storage(storage))
    }

    /// (storage, offset, shape, strides, …)
    private func tensor(_ parts: [PickleValue]) throws -> PickleValue {
        guard parts.count >= 4, case .storage(let storage) = parts[0], let offset = Self.int(parts[1]) else {
            throw damaged("a tensor without a storage")
        }
        let shape = Self.items(parts[2]).compactMap(Self.int)
        let strides = Self.items(parts[3]).compactMap(Self.int)
        guard shape.count == strides.count, shape.count <= 8 else {
            throw damaged("a tensor of unequal shape and strides")
        }
        var last = offset
        var count = 1
        for (size, step) in zip(shape, strides) {
            guard size >= 0, step >= 0, size <= 1 << 31, step <= 1 << 31 else {
                throw damaged("a tensor of negative size")
            }
            count = count.multipliedReportingOverflow(by: size).partialValue
            guard count <= 1 << 34 else { throw damaged("a tensor beyond all reason") }
            last += max(0, size - 1) * step
        }
        guard offset >= 0, offset <= storage.count, count == 0 || last < storage.count else {
            throw damaged("a tensor that reaches beyond its storage")
        }
        return .tensor(
            StoredTensor(kind: storage.kind, key: storage.key, offset: offset, shape: shape, strides: strides))
    }
}
