import Foundation
import TestSupport

/// A file of a stranger, and its name.
struct HostileFile: Sendable, CustomStringConvertible {
    let name: String
    let bytes: @Sendable () -> [UInt8]
    /// Whether a tool may also take it as it is: what matters then is that it neither crashes nor grows.
    var mayPass = false

    init(_ name: String, mayPass: Bool = false, _ bytes: @Sendable @escaping () -> [UInt8]) {
        self.name = name
        self.mayPass = mayPass
        self.bytes = bytes
    }

    init(_ name: String, _ text: String, mayPass: Bool = false) {
        self.init(name, mayPass: mayPass) { Array(text.utf8) }
    }

    var description: String { name }
}

/// Checkpoints of strangers: a value that is no count, or a small file that asks for much.
enum HostileCheckpoints {
    private static let huge = 1 << 62

    /// A model with one part put wrong.
    private static func model(_ name: String, _ change: @Sendable @escaping (inout TinyModel) -> Void) -> HostileFile {
        HostileFile(name + ".pt") { TinyModel.with(change).checkpoint() }
    }

    /// Numbers that none of the counts of a network may be.
    private static let numbers: [(name: String, value: Pickled)] = [
        ("2to62", .int(huge)), ("minus1", .int(-1)), ("least", .int(.min)), ("1e300", .double(1e300)),
        ("nan", .double(.nan)), ("half", .double(2.5)), ("text", .text("same")),
        ("list", .list([.int(1), .int(huge)])),
    ]

    static let values: [HostileFile] = {
        var all: [HostileFile] = []
        all += ["stride", "padding", "dilation", "groups"].flatMap { key in
            numbers.map { number in
                model("\(key)-\(number.name)") { it in
                    it.convolution = it.convolution.filter { $0.0 != key } + [(key, number.value)]
                }
            }
        }
        all += numbers.map { number in model("nc-\(number.name)") { $0.classes = [("nc", number.value)] } }
        all += [Float.nan, .infinity, 1e30, 0, -8, 7.5, 4, 16, 8_192].map { stride in
            model("head-stride-\(stride)") { $0.storages[0].values = [stride] }
        }
        all += [Float.nan, .infinity, -1].map { side in
            model("anchor-\(side)") { $0.storages[1].values = [1, side] }
        }
        all += [
            model("padding-50000") { $0.convolution[1].1 = .int(50_000) },
            model("padding-4096") { $0.convolution[1].1 = .int(4_096) },
            model("stride0") { $0.convolution[0].1 = .int(0) },
            model("groups3") { $0.convolution[2].1 = .int(5) },
            model("from-2to62") { $0.from = .int(huge) },
            model("from-least") { $0.from = .int(.min) },
            model("from-list") { $0.from = .list(Array(repeating: .int(-1), count: 200_000)) },
            model("anchors-none") { $0.anchors = TinyModel.tensor("anchors", [1, 0, 2]) },
            model("anchors-flat") { $0.anchors = TinyModel.tensor("anchors", [2]) },
            model("kernel-long") { $0.weight = TinyModel.tensor("weight", [1, 1, 1_536, 1]) },
        ]
        all += ["scale_factor", "kernel_size", "stride", "padding"].flatMap { key in
            numbers.map { number in
                let isUpsample = key == "scale_factor"
                return model("layer-\(key)-\(number.name)") { it in
                    let settings = [("f", Pickled.int(-1)), ("kernel_size", .int(3))].filter { $0.0 != key }
                    it.between = [
                        TinyModel.module(
                            isUpsample ? "torch.nn.modules.upsampling Upsample" : "torch.nn.modules.pooling MaxPool2d",
                            settings + [(key, number.value)])
                    ]
                }
            }
        }
        all += [
            // Each within bounds; together beyond all memory, or without an end.
            model("enlarged-twice") { it in
                it.between = (0..<2).map { _ in
                    TinyModel.module(
                        "torch.nn.modules.upsampling Upsample", [("f", .int(-1)), ("scale_factor", .int(64))])
                }
            },
            model("enlarged-often") { it in
                it.between = (0..<40).map { _ in
                    TinyModel.module(
                        "torch.nn.modules.upsampling Upsample", [("f", .int(-1)), ("scale_factor", .int(4_096))])
                }
            },
            model("slope-nan") { it in
                it.between = [
                    TinyModel.module(
                        "models.common Conv", [("f", .int(-1))],
                        children: [
                            (
                                "conv",
                                TinyModel.module(
                                    "torch.nn.modules.conv Conv2d",
                                    tensors: [("weight", TinyModel.tensor("head", [8, 8, 1, 1]))])
                            ),
                            (
                                "act",
                                TinyModel.module(
                                    "torch.nn.modules.activation LeakyReLU", [("negative_slope", .double(.nan))])
                            ),
                        ])
                ]
            },
            model("heads-2to62") { it in
                it.between = [
                    TinyModel.module(
                        "ultralytics.nn.modules.block Attention",
                        [("f", .int(-1)), ("num_heads", .int(huge)), ("head_dim", .int(4))])
                ]
            },
            model("names-nested") { it in
                var names = Pickled.put(0, .list([.text("a")]))
                for depth in 0..<7 {
                    names = .put(depth + 1, .list([names] + Array(repeating: .get(depth), count: 400)))
                }
                it.top = [("names", names)]
            },
        ]
        return all
    }()

    static let tensors: [HostileFile] = [
        model("offset-most") { $0.weight = TinyModel.tensor("weight", [8, 3, 8, 8], offset: .max) },
        model("offset-minus") { $0.weight = TinyModel.tensor("weight", [8, 3, 8, 8], offset: -1) },
        model("shape-overflow") { $0.weight = TinyModel.tensor("weight", [1 << 31, 8, 1 << 30, 1], count: 1_536) },
        model("shape-minus") { $0.weight = TinyModel.tensor("weight", [-8, 3, -8, 8], count: 1_536) },
        model("shape-empty") { $0.weight = TinyModel.tensor("weight", [0, huge, huge, huge], count: 1_536) },
        model("shape-long") {
            $0.weight = TinyModel.tensor("weight", Array(repeating: 1, count: 100_000), count: 1_536)
        },
        model("shape-doubles") { it in
            let sides = [8.0, 3, 8, 8].map(Pickled.double)
            it.weight = TinyModel.tensor("weight", count: .int(1_536), offset: .int(0), shape: sides, strides: sides)
        },
        model("stride0-64GiB") {
            $0.weight = TinyModel.tensor("weight", [1 << 14, 1 << 10, 32, 32], strides: [0, 0, 0, 0], count: 1)
        },
        model("stride0-300MiB") {
            $0.weight = TinyModel.tensor("weight", [300, 1 << 10, 16, 16], strides: [0, 0, 0, 0], count: 1)
        },
        model("strides-overflow") {
            $0.weight = TinyModel.tensor("weight", [8, 3, 8, 8], strides: [huge, huge, huge, huge])
        },
        model("strides-minus") { $0.weight = TinyModel.tensor("weight", [8, 3, 8, 8], strides: [-192, 64, 8, 1]) },
        model("storage-2to62") { $0.weight = TinyModel.tensor("weight", [8, 3, 8, 8], count: huge) },
        model("storage-minus") { $0.weight = TinyModel.tensor("weight", [8, 3, 8, 8], count: -1) },
        model("storage-larger") { $0.weight = TinyModel.tensor("weight", [80, 3, 8, 8], count: 1 << 20) },
        model("storage-missing") { $0.weight = TinyModel.tensor("nowhere", [8, 3, 8, 8]) },
        model("storage-double") { $0.weight = TinyModel.tensor("weight", [8, 3, 8, 8], kind: "Double") },
        HostileFile("many-names.pt") {
            // Each tensor is another view of one number.
            let views = (0..<3_000).map { index in
                ("w\(index)", TinyModel.tensor("stride", [1 << 22, index + 1], strides: [0, 0], count: 1))
            }
            return TinyModel().checkpoint(.named(views))
        },
        HostileFile("old-count.pt") { TinyModel().old(counts: [huge, 2, 1_536, 64, 8]) },
        HostileFile("old-count-wraps.pt") { TinyModel().old(counts: [1, 1 << 61, 1_536, 64, 8]) },
        HostileFile("old-keys.pt") { TinyModel().old(keys: Array(repeating: "stride", count: 100_000)) },
        HostileFile("old-no-keys.pt") { TinyModel().old(keys: []) },
        HostileFile("old-offset.pt") {
            TinyModel.with { $0.weight = TinyModel.tensor("weight", [8, 3, 8, 8], offset: .max) }.old()
        },
        HostileFile("old-stride0.pt") {
            TinyModel.with {
                $0.weight = TinyModel.tensor("weight", [1 << 14, 1 << 10, 32, 32], strides: [0, 0, 0, 0], count: 1)
            }
            .old()
        },
    ]

    static let repetitions: [HostileFile] = [
        HostileFile("paths-joined.pt") {
            var path = Pickled.text(String(repeating: "a", count: 64))
            for index in 0..<60 {
                path = .put(index, .call("pathlib PosixPath", [path, index == 0 ? .text("b") : .get(index - 1)]))
            }
            return TinyModel.with { $0.top = [("names", path)] }.checkpoint()
        },
        HostileFile("paths-doubled.pt") {
            // aa, then each path joined to itself.
            var steps: [UInt8] = Pickled.put(0, .text("aaaaaaaaaaaaaaaa")).bytes + Array("0".utf8)
            for index in 0..<60 {
                let joined = Pickled.put(index + 1, .call("pathlib PosixPath", [.get(index), .get(index)]))
                steps += joined.bytes + Array("0".utf8)
            }
            return TinyModel().checkpoint(.raw(steps + Pickled.get(60).bytes))
        },
        HostileFile("modules-shared.pt") {
            var inner = Pickled.put(0, TinyModel.module("torch.nn.modules.linear Identity"))
            for depth in 0..<50 {
                let both = [("0", inner), ("1", Pickled.get(depth))]
                inner = .put(depth + 1, TinyModel.module("torch.nn.modules.container Sequential", children: both))
            }
            let module = inner
            return TinyModel.with { $0.between = [module] }.checkpoint()
        },
        HostileFile("lists-copied.pt") {
            let long = Pickled.put(0, .list(Array(repeating: .none, count: 20_000)))
            let copies = (0..<20_000).map { _ in Pickled.call("torch Size", [.get(0)]) }
            return TinyModel.with { $0.top = [("names", .list([long] + copies))] }.checkpoint()
        },
        HostileFile("states-copied.pt") {
            let state = Pickled.put(0, .named((0..<5_000).map { ("k\($0)", Pickled.none) }))
            let objects = (0..<20_000).map { _ in Pickled.object("models.yolo X", .get(0)) }
            return TinyModel.with { $0.top = [("names", .list([state] + objects))] }.checkpoint()
        },
        HostileFile("cycle.pt") {
            // A list that holds itself, and a module that does.
            let list = Pickled.raw([0x5D, 0x72, 9, 0, 0, 0] + Pickled.get(9).bytes + [0x61])
            let module = Pickled.raw(
                Array("cmodels.yolo\nX\n)".utf8) + [0x81, 0x72, 8, 0, 0, 0]
                    + Pickled.named([("_modules", .named([("0", .get(8)), ("1", .get(8))])), ("n", list)]).bytes + [
                        0x62
                    ])
            return TinyModel.with { $0.between = [module] }.checkpoint()
        },
        flood("nothing", [0x4E]), flood("lists", [0x5D]), flood("marks", [0x28]), flood("memos", [0x4E, 0x94]),
        flood("dictionaries", [0x7D]), flood("wrapped", [0x5D, 0x85]), flood("doubled", [0x4E, 0x32]),
    ]

    /// Eight megabytes of one instruction.
    private static func flood(_ name: String, _ instruction: [UInt8]) -> HostileFile {
        HostileFile("flood-\(name).pt") {
            let bytes = Array(repeatElement(instruction, count: (8 << 20) / instruction.count).joined())
            return TinyModel().checkpoint(.raw([0x4E] + bytes))
        }
    }

    static let archives: [HostileFile] = [
        HostileFile("zip-entries-2to60.pt") {
            var bytes = TinyModel().checkpoint()
            let end = bytes.count - 22
            // A locator and a wide end of the directory that say 2⁶⁰ entries.
            let wide = [0x50, 0x4B, 6, 6] + Pickled.little(44, 8) + Pickled.little(0, 4) + Pickled.little(0, 8)
            let counts = Pickled.little(1 << 60, 8) + Pickled.little(1 << 60, 8) + Pickled.little(64, 8)
            let locator = [0x50, 0x4B, 6, 7] + Pickled.little(0, 4) + Pickled.little(end, 8) + Pickled.little(1, 4)
            let last =
                Array(bytes[end..<end + 8]) + [0xFF, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0xFF, count: 8) + [0, 0]
            bytes.replaceSubrange(end..., with: wide + counts + Pickled.little(0, 8) + locator + last)
            return bytes
        },
        HostileFile("zip-many.pt", mayPass: true) {
            StoredArchive.bytes(
                (0..<60_000).map { StoredArchive.Entry("archive/data/\($0)", []) }
                    + [StoredArchive.Entry("archive/data.pkl", Pickled.named([("model", TinyModel().module)]).pickle)])
        },
        HostileFile("zip-size.pt") {
            var bytes = TinyModel().checkpoint()
            if let at = bytes.indices.first(where: { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) }) {
                bytes.replaceSubrange(at + 20..<at + 28, with: [UInt8](repeating: 0xFE, count: 8))
            }
            return bytes
        },
        HostileFile("zip-header.pt") {
            var bytes = TinyModel().checkpoint()
            if let at = bytes.indices.first(where: { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) }) {
                bytes.replaceSubrange(at + 42..<at + 46, with: [0xFE, 0xFF, 0xFF, 0xFF])
            }
            return bytes
        },
        HostileFile("zip-end.pt") { Array(TinyModel().checkpoint().dropLast(10)) },
        HostileFile("zeros.pt") { [UInt8](repeating: 0, count: 1 << 20) },
        HostileFile("empty.pt") { [] },
    ]
}
