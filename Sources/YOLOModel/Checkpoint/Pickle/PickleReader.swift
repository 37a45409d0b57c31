import CheckedNumbers
import FileReading

/// A restricted unpickler, protocols 2 to 5.
///
/// It builds plain values, tensors, and inert records of whatever else a pickle would have made: a checkpoint is data and
/// is never executed. A name that only an attack has need of ends the reading with an error that says it.
package struct PickleReader {
    private var input: PickleInput
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var containers: [PickleContainer] = []
    private var namedStorages: [String: PickleStorage] = [:]
    private let budget: ReadingBudget
    private static let bytesForEachValue = MemoryLayout<PickleValue>.stride
    private static let bytesForEachContainer = 128

    /// Reads one pickle and hands its value to `body`; containers are emptied afterwards.
    ///
    /// - Parameters:
    ///   - file: the name for errors.
    ///   - budget: of the file that the pickle is part of; nil for a pickle by itself.
    /// - Throws: `FileError` where the pickle is damaged, or names what it may not; what `body` throws.
    package static func read<Result>(
        _ bytes: ArraySlice<UInt8>, file: String, budget: ReadingBudget? = nil, _ body: (PickleValue) throws -> Result
    ) throws -> Result {
        var reader = PickleReader(bytes, file: file, budget ?? ReadingBudget(file: file, size: bytes.count))
        defer { reader.dissolve() }
        let value = try reader.run()
        return try body(value)
    }

    /// Reads pickles that follow each other.
    ///
    /// - Parameter body: gets the values, where the last pickle ends, and the storages that were named, by key.
    static func readSeveral<Result>(
        _ count: Int, _ bytes: ArraySlice<UInt8>, file: String, budget: ReadingBudget,
        _ body: ([PickleValue], Int, [String: PickleStorage]) throws -> Result
    ) throws -> Result {
        var reader = PickleReader(bytes, file: file, budget)
        defer { reader.dissolve() }
        var values: [PickleValue] = []
        for _ in 0..<count {
            reader.stack = []
            reader.marks = []
            reader.memo = [:]
            values.append(try reader.run())
        }
        return try body(values, reader.input.at, reader.namedStorages)
    }

    private init(_ bytes: ArraySlice<UInt8>, file: String, _ budget: ReadingBudget) {
        input = PickleInput(bytes, file: file)
        self.budget = budget
    }

    private mutating func dissolve() {
        stack = []
        memo = [:]
        for container in containers {
            container.items = []
            container.entries = []
        }
    }

    // MARK: The machine

    private mutating func run() throws -> PickleValue {
        while true {
            let opcode = try input.opcode()
            if opcode == .stop { return try pop() }
            // Every instruction leaves one value at most, on the stack or in the memo.
            try budget.make(bytes: Self.bytesForEachValue)
            try step(opcode)
        }
    }

    private mutating func step(_ opcode: PickleOpcode) throws {
        switch opcode {
        case .proto: _ = try input.take(1)
        case .frame: _ = try input.take(8)
        case .stop: break

        case .none: push(.none)
        case .newTrue: push(.bool(true))
        case .newFalse: push(.bool(false))
        case .binInt1: push(.int(try input.unsigned(1)))
        case .binInt2: push(.int(try input.unsigned(2)))
        case .binInt: push(.int(try input.signed()))
        case .long1: push(.int(try input.long(1)))
        case .long4: push(.int(try input.long(4)))
        case .binFloat: push(.double(try input.double()))

        case .shortBinUnicode, .shortBinString: push(.string(try input.text(1)))
        case .binUnicode, .binString: push(.string(try input.text(4)))
        case .binUnicode8: push(.string(try input.text(8)))
        case .shortBinBytes: push(.bytes(Array(try input.counted(1))))
        case .binBytes: push(.bytes(Array(try input.counted(4))))
        case .binBytes8, .byteArray8: push(.bytes(Array(try input.counted(8))))

        case .mark: marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popToMark()
        case .dup: push(try top())

        case .emptyList, .emptySet: push(.list(try container()))
        case .list: push(.list(try container(try popToMark())))
        case .emptyTuple: push(.tuple(try container()))
        case .tuple, .frozenSet: push(.tuple(try container(try popToMark())))
        case .tuple1: push(.tuple(try container(try pop(1))))
        case .tuple2: push(.tuple(try container(try pop(2))))
        case .tuple3: push(.tuple(try container(try pop(3))))
        case .emptyDictionary: push(.dictionary(try container()))
        case .dictionary: try pushDictionary()
        case .append:
            let value = try pop()
            try append([value])
        case .appends, .addItems:
            let values = try popToMark()
            try append(values)
        case .setItem:
            let entry = try pop(2)
            try setItems(entry)
        case .setItems:
            let entries = try popToMark()
            try setItems(entries)

        case .binPut: try remember(try input.unsigned(1))
        case .longBinPut: try remember(try input.unsigned(4))
        case .memoize: try remember(memo.count)
        case .binGet: try recall(try input.unsigned(1))
        case .longBinGet: try recall(try input.unsigned(4))

        case .global: try pushName(module: try input.line(), try input.line())
        case .stackGlobal: try pushNameFromStack()
        case .reduce, .newObject: try make(arguments: try pop())
        case .newObjectEx:
            // Arguments by name say nothing here.
            _ = try pop()
            try make(arguments: try pop())
        case .build:
            let state = try pop()
            try build(state)
        case .binPersistentID: try pushPersistent(try pop())

        case .instance, .object, .persistentID, .extension1, .extension2, .extension4:
            throw input.unknown("the pickle instruction 0x\(String(opcode.rawValue, radix: 16))")
        }
    }

    // MARK: Stack

    private mutating func push(_ value: PickleValue) { stack.append(value) }

    private func top() throws -> PickleValue {
        guard let value = stack.last else { throw input.damaged("an empty stack") }
        return value
    }

    private mutating func pop() throws -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
            throw input.damaged("an empty stack")
        }
        return value
    }

    /// The last values above the last mark, the lowest first.
    private mutating func pop(_ count: Int) throws -> [PickleValue] {
        guard stack.count - count >= (marks.last ?? 0) else { throw input.damaged("an empty stack") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast(), mark <= stack.count else { throw input.damaged("no mark") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func remember(_ index: Int) throws {
        // A dictionary has room for nearly three times as many as it holds.
        if memo[index] == nil { try budget.make(bytes: 3 * Self.bytesForEachValue) }
        memo[index] = try top()
    }

    private mutating func recall(_ index: Int) throws {
        guard let value = memo[index] else { throw input.damaged("a reference to nothing") }
        push(value)
    }

    // MARK: Containers

    private mutating func container(_ items: [PickleValue] = []) throws -> PickleContainer {
        try budget.make(bytes: Self.bytesForEachContainer)
        let made = PickleContainer()
        made.items = items
        containers.append(made)
        return made
    }

    private mutating func pushDictionary() throws {
        let made = try container()
        setItems(try popToMark(), in: made)
        push(.dictionary(made))
    }

    private func append(_ values: [PickleValue]) throws {
        switch try top() {
        case .list(let list), .object(let list): list.items += values
        default: throw input.damaged("an append to something that is no list")
        }
    }

    private func setItems(_ values: [PickleValue]) throws {
        switch try top() {
        case .dictionary(let target), .object(let target): setItems(values, in: target)
        default: throw input.damaged("an entry in something that is no dictionary")
        }
    }

    private func setItems(_ values: [PickleValue], in target: PickleContainer) {
        for index in stride(from: 0, to: values.count - 1, by: 2) {
            target.entries.append((values[index], values[index + 1]))
        }
    }

    // MARK: Names and what they stand for

    private mutating func pushName(module: String, _ function: String) throws {
        let name = "\(module).\(function)"
        guard !PickleNames.isDangerous(module: module, name: function) else { throw input.refused(name) }
        push(.global(name))
    }

    private mutating func pushNameFromStack() throws {
        guard case .string(let function) = try pop(), case .string(let module) = try pop() else {
            throw input.damaged("a name that is no text")
        }
        try pushName(module: module, function)
    }

    /// What Python would have called; here, data takes its place.
    private mutating func make(arguments: PickleValue) throws {
        let callee = try pop()
        // A method of something that was made before.
        if case .object = callee { return push(.object(try container())) }
        guard case .global(let name) = callee else { throw input.damaged("a call of something that is no name") }
        let items = arguments.items
        switch name {
        case "torch._utils._rebuild_tensor_v2":
            // Of a kind of number that no network here has.
            if case .object? = items.first { return push(.object(try container())) }
            push(.tensor(try StoredTensor(items, in: input)))
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
            push(items.first ?? .none)
        case "collections.OrderedDict", "builtins.dict": push(.dictionary(try container()))
        case "builtins.set", "__builtin__.set", "builtins.list", "builtins.tuple", "builtins.frozenset", "torch.Size":
            push(.list(try copy(items.first?.items ?? [])))
        case _ where name.hasPrefix("pathlib.") && name.hasSuffix("Path"): push(.string(try path(items)))
        case "copyreg._reconstructor", "copy_reg._reconstructor":
            let made = try container()
            if case .global(let className)? = items.first { made.className = className }
            push(.object(made))
        default:
            let made = try copy(items)
            made.className = name
            push(.object(made))
        }
    }

    /// A list of its own: appending to it makes a copy of the items.
    private mutating func copy(_ items: [PickleValue]) throws -> PickleContainer {
        try budget.visit(items.count)
        try budget.make(bytes: items.count.checkedTimes(Self.bytesForEachValue))
        return try container(items)
    }

    private func path(_ items: [PickleValue]) throws -> String {
        let parts = items.map { if case .string(let part) = $0 { part } else { "" } }
        for part in parts { try budget.join(part.utf8.count + 1) }
        return parts.joined(separator: "/")
    }

    private func build(_ state: PickleValue) throws {
        guard case .object(let object) = try top() else { return }
        var parts = [state]
        if case .tuple(let pair) = state { parts = pair.items }
        for case .dictionary(let entries) in parts {
            try budget.visit(entries.entries.count)
            try budget.make(bytes: entries.entries.count.checkedTimes(2 * Self.bytesForEachValue))
            object.entries += entries.entries
        }
    }

    /// ('storage', class, key, device, count); in old checkpoints also ('module', class, source file, source).
    private mutating func pushPersistent(_ id: PickleValue) throws {
        let parts = id.items
        if parts.count >= 2, case .string("module") = parts[0], case .global = parts[1] {
            push(parts[1])
            return
        }
        guard parts.count >= 5, case .global(let type) = parts[1], case .string(let key) = parts[2],
            let count = parts[4].int, count >= 0, count < 1 << 40
        else { throw input.damaged("a storage of an unknown form") }
        guard let kind = PickleNames.storages[type] else { return push(.object(try container())) }
        let storage = PickleStorage(kind: kind, key: key, count: count)
        namedStorages[key] = storage
        push(.storage(storage))
    }
}
