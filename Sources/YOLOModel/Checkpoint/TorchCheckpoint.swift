import CheckedNumbers
import FileReading
import YAMLText

/// Reads what `torch.save` wrote: a ZIP archive with one pickle and the numbers beside it, or, before PyTorch 1.6, pickles
/// with the numbers after them.
final class TorchCheckpoint {
    private let file: String
    private let bytes: [UInt8]
    /// Where the numbers of each storage are.
    private let data: [String: Range<Int>]
    /// Modules, settings and numbers that may be made of the file.
    private let budget: ReadingBudget
    /// Tensors that were read: modules may share weights.
    private var read: [Place: NamedTensor] = [:]
    /// Modules that were read, by the object that they are.
    private var modules: [ObjectIdentifier: ModuleRecord] = [:]

    /// Where the numbers of a tensor are, and how they are laid out.
    private struct Place: Hashable {
        var kind: StoredTensor.Kind
        var key: String
        var offset: Int
        var shape: [Int]
        var strides: [Int]
    }

    private init(file: String, bytes: [UInt8], data: [String: Range<Int>], budget: ReadingBudget) {
        self.file = file
        self.bytes = bytes
        self.data = data
        self.budget = budget
    }

    /// What a checkpoint holds for us.
    struct Contents {
        /// The model's module tree, when the checkpoint has one.
        var module: ModuleRecord?
        /// A bare state dict.
        var tensors: [String: NamedTensor] = [:]
        /// Of the trainer, where the checkpoint says it.
        var version: String?
        /// The gains that the trainer was given, by its names.
        var gains: [String: Double] = [:]
    }

    /// What a checkpoint of either form holds; nil where the bytes begin like neither.
    static func contents(of bytes: [UInt8], file: String) throws -> Contents? {
        guard isOne(bytes) else { return nil }
        let budget = ReadingBudget(file: file, size: bytes.count, wayOut: "save the checkpoint again from the trainer")
        if bytes.starts(with: [0x50, 0x4B]) { return try read(bytes, file: file, budget) }
        return try readOld(bytes, file: file, budget)
    }

    /// Whether bytes begin like a checkpoint of either form.
    static func isOne(_ head: [UInt8]) -> Bool { head.starts(with: [0x50, 0x4B]) || head.starts(with: oldHeading) }

    private static func read(_ bytes: [UInt8], file: String, _ budget: ReadingBudget) throws -> Contents {
        let archive = try ZipArchive(bytes, file: file, budget: budget)
        if archive.entries.keys.contains(where: { $0.hasSuffix("/constants.pkl") || $0.contains("/code/") }) {
            throw ExportedModel.torchScript.refusal(file)
        }
        guard let pickle = archive.entries.keys.filter({ $0.hasSuffix("data.pkl") }).min(),
            let range = archive.entries[pickle]
        else {
            throw FileError(
                file: file, message: "is an archive, but not a PyTorch checkpoint",
                wayOut: "name the best.pt or last.pt that the trainer wrote")
        }
        let prefix = String(pickle.dropLast("data.pkl".count)) + "data/"
        var data: [String: Range<Int>] = [:]
        for (name, range) in archive.entries where name.hasPrefix(prefix) {
            data[String(name.dropFirst(prefix.count))] = range
        }
        let checkpoint = TorchCheckpoint(file: file, bytes: bytes, data: data, budget: budget)
        return try PickleReader.read(bytes[range], file: file, budget: budget) { try checkpoint.contents($0) }
    }

    // MARK: Before PyTorch 1.6

    /// A pickle of PyTorch's number, 0x1950a86a20f9469cfc6c, then one of 1001.
    private static let oldHeading: [UInt8] = [
        0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2, 0x4D, 0xE9, 3,
        0x2E,
    ]

    /// What follows the heading: what machine it was, the contents, the storages' keys, and their numbers, each storage
    /// with its count before it.
    private static func readOld(_ bytes: [UInt8], file: String, _ budget: ReadingBudget) throws -> Contents {
        try PickleReader.readSeveral(3, bytes[oldHeading.count...], file: file, budget: budget) {
            values, end, storages in
            var data: [String: Range<Int>] = [:]
            var at = end
            let keys: [PickleValue] = if case .list(let list) = values[2] { list.items } else { [] }
            for case .string(let key) in keys {
                guard let count = LittleEndianBytes(bytes).int(at, 8), let storage = storages[key],
                    let size = count.checkedTimes(storage.kind.size), let numbers = bytes.slice(at: at + 8, count: size)
                else {
                    throw FileError(
                        file: file, message: "the checkpoint is truncated or damaged: tensor data \(key) is cut short",
                        wayOut: "copy it again, or save it again from the trainer")
                }
                data[key] = numbers.indices
                at = numbers.endIndex
            }
            return try TorchCheckpoint(file: file, bytes: bytes, data: data, budget: budget).contents(values[1])
        }
    }

    private func contents(_ root: PickleValue) throws -> Contents {
        switch root {
        case .object: return Contents(module: try module(Self.unwrapped(root), depth: 0))
        case .dictionary(let top):
            var found = Contents()
            if case .string(let version)? = top["version"] { found.version = version }
            if case .dictionary(let given)? = top["train_args"] {
                for name in LossSettings.gainNames + ["angle"] {
                    if let value = try given[name].flatMap({ try plain($0, depth: 0)?.double }),
                        (0...1e6).contains(value)
                    {
                        found.gains[name] = value
                    }
                }
            }
            for key in ["ema", "model", "state_dict"] {
                guard let value = top[key] else { continue }
                if case .object = value {
                    found.module = try module(Self.unwrapped(value), depth: 0)
                    return found
                }
                guard case .dictionary(let state) = value else { continue }
                found.tensors = try tensors(state)
                return found
            }
            found.tensors = try tensors(top)
            if !found.tensors.isEmpty { return found }
        default: break
        }
        throw FileError(
            file: file, message: "holds no model", wayOut: "name the best.pt or last.pt that the trainer wrote")
    }

    /// The model within what training on several devices and compilation wrap around it.
    private static func unwrapped(_ value: PickleValue) -> PickleValue {
        var value = value
        for _ in 0..<8 {
            guard case .object(let object) = value else { break }
            if object.className.hasSuffix(".OptimizedModule"), let inner = object.items.first, case .object = inner {
                value = inner
                continue
            }
            guard case .dictionary(let children)? = object["_modules"],
                let inner = children["_orig_mod"] ?? (children.entries.count == 1 ? children["module"] : nil)
            else { break }
            value = inner
        }
        return value
    }

    private func tensors(_ state: PickleContainer) throws -> [String: NamedTensor] {
        try budget.visit(state.entries.count)
        var found: [String: NamedTensor] = [:]
        for entry in state.entries {
            if case .string(let name) = entry.key, case .tensor(let tensor) = entry.value {
                var name = Substring(name)
                // Training on several devices and compilation wrap the model.
                while let wrapper = ["module.", "_orig_mod."].first(where: { name.hasPrefix($0) }) {
                    name = name.dropFirst(wrapper.count)
                }
                found[String(name)] = try load(tensor)
            }
        }
        return found
    }

    private func module(_ value: PickleValue, depth: Int) throws -> ModuleRecord {
        guard case .object(let object) = value, depth < 64 else {
            throw FileError(
                file: file, message: "the module tree is damaged", wayOut: "save the checkpoint again")
        }
        let identity = ObjectIdentifier(object)
        if let known = modules[identity] { return known }
        try budget.visit(1 + object.entries.count)
        try budget.make(bytes: 1_024)
        guard PickleNames.isModule(object.className) else {
            throw FileError(
                file: file,
                message: "the model holds a module of a class that is not known here: \(object.className)",
                wayOut: "use a checkpoint whose modules are those of Ultralytics or YOLOv5")
        }
        let className = object.className.split(separator: ".").last.map(String.init) ?? ""
        var record = ModuleRecord(className: className)
        for entry in object.entries {
            guard case .string(let name) = entry.key else { continue }
            switch (name, entry.value) {
            case ("_modules", .dictionary(let children)):
                try budget.visit(children.entries.count)
                try budget.make(bytes: children.entries.count.checkedTimes(128))
                for child in children.entries {
                    guard case .string(let childName) = child.key, case .object = child.value else { continue }
                    record.children.append((childName, try module(child.value, depth: depth + 1)))
                }
            case ("_parameters", .dictionary(let values)), ("_buffers", .dictionary(let values)):
                for (name, tensor) in try tensors(values) { record.tensors[name] = tensor }
            case ("yaml", .dictionary(let yaml)):
                if case .list(let backbone)? = yaml["backbone"] {
                    record.settings["backbone_count"] = .int(backbone.items.count)
                    if depth == 0, let text = try flow(entry.value, depth: 0) {
                        record.settings[ModelYAML.textKey] = .string(text)
                    }
                }
            case (_, .tensor(let tensor)): record.tensors[name] = try load(tensor)
            default:
                if !name.hasPrefix("_"), let plain = try plain(entry.value, depth: 0) { record.settings[name] = plain }
            }
        }
        modules[identity] = record
        return record
    }

    /// A value as YAML in one line; nil where something in it is none.
    private func flow(_ value: PickleValue, depth: Int) throws -> String? {
        guard depth < 16 else { return nil }
        try budget.visit()
        try budget.join(16)
        switch value {
        case .none: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .double(let value): return YAMLEmitter.scalar(value)
        case .string(let value):
            try budget.join(value.utf8.count)
            return YAMLEmitter.quoted(value)
        case .list(let list), .tuple(let list):
            let items = try list.items.map { try flow($0, depth: depth + 1) }
            return items.contains(nil) ? nil : "[\(items.compactMap(\.self).joined(separator: ", "))]"
        case .dictionary(let dictionary):
            let entries = try dictionary.entries.map { entry -> String? in
                guard let key = try flow(entry.key, depth: depth + 1),
                    let value = try flow(entry.value, depth: depth + 1)
                else { return nil }
                return "\(key): \(value)"
            }
            return entries.contains(nil) ? nil : "{\(entries.compactMap(\.self).joined(separator: ", "))}"
        default: return nil
        }
    }

    /// Values a person would write in a settings file; nil for everything else.
    private func plain(_ value: PickleValue, depth: Int) throws -> PlainValue? {
        guard depth < 8 else { return nil }
        try budget.visit()
        try budget.make(bytes: 64)
        switch value {
        case .none: return PlainValue.none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .list(let list), .tuple(let list):
            return .list(try list.items.compactMap { try plain($0, depth: depth + 1) })
        case .dictionary(let dictionary):
            // Class names: a map from 0…n−1.
            let keyed = try dictionary.entries.compactMap { entry -> (Int, PlainValue)? in
                guard case .int(let key) = entry.key, let value = try plain(entry.value, depth: depth + 1) else {
                    return nil
                }
                return (key, value)
            }
            guard keyed.count == dictionary.entries.count else { return nil }
            return .list(keyed.sorted { $0.0 < $1.0 }.map(\.1))
        default: return nil
        }
    }

    /// Reads a tensor's numbers into row-major single precision.
    private func load(_ tensor: StoredTensor) throws -> NamedTensor {
        let truncated = FileError(
            file: file,
            message: "the checkpoint is truncated or damaged: tensor data \(tensor.key) is cut short",
            wayOut: "copy it again, or save it again from the trainer")
        guard let range = data[tensor.key] else { throw truncated }
        let size = tensor.kind.size
        guard tensor.count == 0 || tensor.last.map({ $0 < range.count / size }) ?? false else { throw truncated }
        let place = Place(
            kind: tensor.kind, key: tensor.key, offset: tensor.offset, shape: tensor.shape, strides: tensor.strides)
        if let known = read[place] { return known }
        try budget.make(bytes: tensor.count.checkedTimes(MemoryLayout<Float>.size))
        var values = [Float](repeating: 0, count: tensor.count)
        bytes.withUnsafeBytes { raw in
            var index = [Int](repeating: 0, count: tensor.shape.count)
            var source = tensor.offset
            for at in values.indices {
                values[at] = Self.number(raw, range.lowerBound + source * size, tensor.kind)
                for axis in index.indices.reversed() {
                    index[axis] += 1
                    source += tensor.strides[axis]
                    if index[axis] < tensor.shape[axis] { break }
                    source -= tensor.strides[axis] * tensor.shape[axis]
                    index[axis] = 0
                }
            }
        }
        let made = NamedTensor(shape: tensor.shape, values: values)
        read[place] = made
        return made
    }

    static func number(_ raw: UnsafeRawBufferPointer, _ at: Int, _ kind: StoredTensor.Kind) -> Float {
        switch kind {
        case .half: Float(Float16(bitPattern: raw.loadUnaligned(fromByteOffset: at, as: UInt16.self)))
        case .bfloat16: Float(bitPattern: UInt32(raw.loadUnaligned(fromByteOffset: at, as: UInt16.self)) << 16)
        case .single: raw.loadUnaligned(fromByteOffset: at, as: Float.self)
        case .double: Float(raw.loadUnaligned(fromByteOffset: at, as: Double.self))
        case .int64: Float(raw.loadUnaligned(fromByteOffset: at, as: Int64.self))
        case .int32: Float(raw.loadUnaligned(fromByteOffset: at, as: Int32.self))
        case .int16: Float(raw.loadUnaligned(fromByteOffset: at, as: Int16.self))
        case .int8: Float(raw.loadUnaligned(fromByteOffset: at, as: Int8.self))
        case .uint8, .bool: Float(raw[at])
        }
    }
}
