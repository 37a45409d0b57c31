import FileReading

/// Reads what `torch.save` wrote: a ZIP archive with one pickle and the numbers beside it.
struct TorchCheckpoint {
    private let archive: ZipArchive
    private let prefix: String

    /// What a checkpoint holds for us.
    struct Contents {
        /// The model's module tree, when the checkpoint has one.
        var module: ModuleRecord?
        /// A bare state dict.
        var tensors: [String: NamedTensor] = [:]
    }

    static func read(_ bytes: [UInt8], file: String) throws -> Contents {
        let archive = try ZipArchive(bytes, file: file)
        guard let pickle = archive.entries.keys.filter({ $0.hasSuffix("data.pkl") }).min(),
            let range = archive.entries[pickle]
        else {
            throw FileError(
                file: file, message: "is an archive, but not a PyTorch checkpoint",
                wayOut: "name the best.pt or last.pt that the trainer wrote")
        }
        let checkpoint = TorchCheckpoint(archive: archive, prefix: String(pickle.dropLast("data.pkl".count)))
        return try PickleReader.read(bytes[range], file: file) { try checkpoint.contents($0) }
    }

    private func contents(_ root: PickleValue) throws -> Contents {
        switch root {
        case .object: return Contents(module: try module(root, depth: 0))
        case .dictionary(let top):
            for key in ["ema", "model"] {
                guard let value = top[key] else { continue }
                if case .object = value { return Contents(module: try module(value, depth: 0)) }
                if case .dictionary(let state) = value { return Contents(tensors: try tensors(state)) }
            }
            if case .dictionary(let state)? = top["state_dict"] { return Contents(tensors: try tensors(state)) }
            let own = try tensors(top)
            if !own.isEmpty { return Contents(tensors: own) }
        default: break
        }
        throw FileError(
            file: archive.file, message: "holds no model", wayOut: "name the best.pt or last.pt that the trainer wrote")
    }

    private func tensors(_ state: PickleContainer) throws -> [String: NamedTensor] {
        var found: [String: NamedTensor] = [:]
        for entry in state.entries {
            if case .string(let name) = entry.key, case .tensor(let tensor) = entry.value {
                found[name] = try load(tensor)
            }
        }
        return found
    }

    private func module(_ value: PickleValue, depth: Int) throws -> ModuleRecord {
        guard case .object(let object) = value, depth < 64 else {
            throw FileError(
                file: archive.file, message: "the module tree is damaged", wayOut: "save the checkpoint again")
        }
        let className = object.className.split(separator: ".").last.map(String.init) ?? ""
        var record = ModuleRecord(className: className)
        for entry in object.entries {
            guard case .string(let name) = entry.key else { continue }
            switch (name, entry.value) {
            case ("_modules", .dictionary(let children)):
                for child in children.entries {
                    guard case .string(let childName) = child.key, case .object = child.value else { continue }
                    record.children.append((childName, try module(child.value, depth: depth + 1)))
                }
            case ("_parameters", .dictionary(let values)), ("_buffers", .dictionary(let values)):
                for (name, tensor) in try tensors(values) { record.tensors[name] = tensor }
            case ("yaml", .dictionary(let yaml)):
                if case .list(let backbone)? = yaml["backbone"] {
                    record.settings["backbone_count"] = .int(backbone.items.count)
                }
            case (_, .tensor(let tensor)): record.tensors[name] = try load(tensor)
            default:
                if !name.hasPrefix("_"), let plain = Self.plain(entry.value, depth: 0) { record.settings[name] = plain }
            }
        }
        return record
    }

    /// Values a person would write in a settings file; nil for everything else.
    private static func plain(_ value: PickleValue, depth: Int) -> PlainValue? {
        guard depth < 8 else { return nil }
        switch value {
        case .none: return PlainValue.none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .list(let list), .tuple(let list): return .list(list.items.compactMap { plain($0, depth: depth + 1) })
        case .dictionary(let dictionary):
            // Class names: a map from 0…n−1.
            let keyed = dictionary.entries.compactMap { entry -> (Int, PlainValue)? in
                guard case .int(let key) = entry.key, let value = plain(entry.value, depth: depth + 1) else {
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
            file: archive.file,
            message: "the checkpoint is truncated or damaged: tensor data \(tensor.key) is cut short",
            wayOut: "copy it again, or save it again from the trainer")
        guard let range = archive.entries[prefix + "data/" + tensor.key] else { throw truncated }
        let size = tensor.kind.size
        let reach = zip(tensor.shape, tensor.strides).reduce(tensor.offset) { $0 + max(0, $1.0 - 1) * $1.1 }
        guard tensor.count == 0 || (reach + 1) * size <= range.count else { throw truncated }
        var values = [Float](repeating: 0, count: tensor.count)
        archive.bytes.withUnsafeBytes { raw in
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
        return NamedTensor(shape: tensor.shape, values: values)
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
