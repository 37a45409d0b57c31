import TestSupport

/// A pickle as a tree, to be written: what a stranger may put into a checkpoint.
indirect enum Pickled: Sendable {
    case none
    case int(Int)
    case double(Double)
    case text(String)
    case list([Pickled])
    case tuple([Pickled])
    case dictionary([(Pickled, Pickled)])
    /// An object of a class, `module name`, with its state.
    case object(String, Pickled)
    /// A call of a function, `module name`.
    case call(String, [Pickled])
    case storage(key: String, kind: String, count: Pickled)
    /// Remembers a value under a number.
    case put(Int, Pickled)
    case get(Int)
    /// Instructions as they are.
    case raw([UInt8])

    /// The instructions, without the stop.
    var bytes: [UInt8] {
        switch self {
        case .none: return [UInt8(ascii: "N")]
        case .int(let value): return [0x8A, 8] + Self.little(value, 8)
        case .double(let value): return [UInt8(ascii: "G")] + Self.little(value.bitPattern, 8).reversed()
        case .text(let text): return [UInt8(ascii: "X")] + Self.little(text.utf8.count, 4) + text.utf8
        case .list(let values): return Array("](".utf8) + values.flatMap(\.bytes) + Array("e".utf8)
        case .tuple(let values): return Array("(".utf8) + values.flatMap(\.bytes) + Array("t".utf8)
        case .dictionary(let entries):
            return Array("}(".utf8) + entries.flatMap { $0.0.bytes + $0.1.bytes } + Array("u".utf8)
        case .object(let name, let state): return Self.name(name) + [UInt8(ascii: ")"), 0x81] + state.bytes + [0x62]
        case .call(let name, let arguments): return Self.name(name) + Pickled.tuple(arguments).bytes + Array("R".utf8)
        case .storage(let key, let kind, let count):
            let parts = Pickled.text("storage").bytes + Self.name("torch \(kind)Storage")
            let rest = [Pickled.text(key), .text("cpu"), count].flatMap(\.bytes)
            return Array("(".utf8) + parts + rest + Array("tQ".utf8)
        case .put(let index, let value): return value.bytes + [UInt8(ascii: "r")] + Self.little(index, 4)
        case .get(let index): return [UInt8(ascii: "j")] + Self.little(index, 4)
        case .raw(let bytes): return bytes
        }
    }

    /// A whole pickle.
    var pickle: [UInt8] { [0x80, 2] + bytes + Array(".".utf8) }

    private static func name(_ name: String) -> [UInt8] {
        let parts = name.split(separator: " ")
        return Array("c\(parts[0])\n\(parts[1])\n".utf8)
    }

    static func little(_ value: some FixedWidthInteger, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func named(_ entries: [(String, Pickled)]) -> Pickled { .dictionary(entries.map { (.text($0.0), $0.1) }) }
}

/// A network of two layers that fits the shapes dataset, part by part, so that a test can put one part wrong.
struct TinyModel {
    var classes: [(String, Pickled)] = [("nc", .int(3))]
    var stride: Pickled = TinyModel.tensor("stride", [1])
    var anchors: Pickled = TinyModel.tensor("anchors", [1, 1, 2])
    var weight: Pickled = TinyModel.tensor("weight", [8, 3, 8, 8])
    var convolution: [(String, Pickled)] = [("stride", .int(8)), ("padding", .int(0)), ("groups", .int(1))]
    var between: [Pickled] = []
    var top: [(String, Pickled)] = [("names", .list([.text("circle"), .text("square"), .text("triangle")]))]
    /// Where each layer reads from; −1 for the one before it.
    var from: Pickled = .int(-1)
    /// Numbers of each storage.
    var storages: [(key: String, values: [Float])] = [
        ("stride", [8]), ("anchors", [1, 2]), ("weight", Array(repeating: 0.01, count: 8 * 3 * 64)),
        ("head", Array(repeating: 0.01, count: 64)), ("bias", Array(repeating: 0, count: 8)),
    ]

    static func tensor(
        _ key: String, _ shape: [Int], strides: [Int]? = nil, offset: Int = 0, count: Int? = nil, kind: String = "Float"
    ) -> Pickled {
        let usual = shape.indices.map { shape[($0 + 1)...].reduce(1, &*) }
        return tensor(
            key, count: .int(count ?? shape.reduce(1, &*)), offset: .int(offset), shape: shape.map(Pickled.int),
            strides: (strides ?? usual).map(Pickled.int), kind: kind)
    }

    static func tensor(
        _ key: String, count: Pickled, offset: Pickled, shape: [Pickled], strides: [Pickled], kind: String = "Float"
    ) -> Pickled {
        .call(
            "torch._utils _rebuild_tensor_v2",
            [.storage(key: key, kind: kind, count: count), offset, .tuple(shape), .tuple(strides), .none, .none])
    }

    static func module(
        _ name: String, _ settings: [(String, Pickled)] = [], children: [(String, Pickled)] = [],
        tensors: [(String, Pickled)] = []
    ) -> Pickled {
        .object(
            name,
            Pickled.named([("_parameters", .named(tensors)), ("_modules", .named(children))] + settings))
    }

    /// The object that a checkpoint holds as its model.
    var module: Pickled {
        let place = [("f", from)]
        let inner = Self.module(
            "torch.nn.modules.conv Conv2d", convolution,
            tensors: [("weight", weight), ("bias", Self.tensor("bias", [8]))])
        let first = Self.module(
            "models.common Conv", place,
            children: [("conv", inner), ("act", Self.module("torch.nn.modules.activation SiLU"))])
        let last = Self.module(
            "torch.nn.modules.conv Conv2d", [("stride", .int(1)), ("padding", .int(0)), ("groups", .int(1))],
            tensors: [("weight", Self.tensor("head", [8, 8, 1, 1])), ("bias", Self.tensor("bias", [8]))])
        let list = Self.module("torch.nn.modules.container ModuleList", children: [("0", last)])
        let head = Self.module(
            "models.yolo Detect", place + classes, children: [("m", list)],
            tensors: [("stride", stride), ("anchors", anchors)])
        let layers = ([first] + between + [head]).enumerated().map { (String($0), $1) }
        return Self.module(
            "models.yolo DetectionModel", top,
            children: [("model", Self.module("torch.nn.modules.container Sequential", children: layers))])
    }

    /// The bytes of a checkpoint as torch.save writes it.
    func checkpoint(_ root: Pickled? = nil) -> [UInt8] {
        let pickle = (root ?? .named([("model", module)])).pickle
        return StoredArchive.bytes(
            [StoredArchive.Entry("archive/data.pkl", pickle)]
                + storages.map { storage in
                    StoredArchive.Entry("archive/data/\(storage.key)", storage.values.withUnsafeBytes { Array($0) })
                })
    }

    /// The same in the form of before PyTorch 1.6.
    ///
    /// - Parameter keys: of the storages, as the file lists them; `counts` stand before their numbers.
    func old(keys: [String]? = nil, counts: [Int]? = nil) -> [UInt8] {
        let heading: [UInt8] = [
            0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2, 0x4D, 0xE9, 3,
            0x2E,
        ]
        let names = keys ?? storages.map(\.key)
        let values = Dictionary(storages.map { ($0.key, $0.values) }) { first, _ in first }
        var bytes = heading + Pickled.named([]).pickle + Pickled.named([("model", module)]).pickle
        bytes += Pickled.list(names.map(Pickled.text)).pickle
        for (index, name) in names.enumerated() {
            let own = values[name] ?? []
            bytes += Pickled.little(counts?[index] ?? own.count, 8) + own.withUnsafeBytes { Array($0) }
        }
        return bytes
    }

    /// A model with one part put wrong.
    static func with(_ change: (inout TinyModel) -> Void) -> TinyModel {
        var model = TinyModel()
        change(&model)
        return model
    }
}
