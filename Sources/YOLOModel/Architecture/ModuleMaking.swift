import CheckedNumbers
import YAMLText

/// Modules of YOLOv3 in YOLOv5's framework, with new weights.
extension ModuleMaker {
    typealias Made = (ModuleRecord, channels: Int, scale: Int)

    mutating func makeOlder(_ layer: ModelYAML.Layer, _ input: Int, _ scale: Int, _ repeats: Int) throws -> Made? {
        switch layer.module {
        case "Bottleneck":
            let out = try wide(layer)
            let hasShortcut = flag(layer, 1) ?? true
            var before = input
            let blocks = (0..<repeats).map { index -> (name: String, module: ModuleRecord) in
                defer { before = out }
                return (
                    String(index), bottleneck(before, out, hidden: out / 2, kernels: bottleneckKernels, hasShortcut)
                )
            }
            return (repeats == 1 ? blocks[0].module : sequence(blocks.map(\.module)), out, scale)
        case "SPP":
            let out = try wide(layer)
            let hidden = input / 2
            let kernels = layer.arguments.count > 1 ? layer.arguments[1].sequence?.compactMap(\.int) ?? [] : [5, 9, 13]
            guard (1...16).contains(kernels.count), kernels.allSatisfy({ (1...99).contains($0) && $0 % 2 == 1 }) else {
                throw fail(layer, "pools by odd kernels")
            }
            let first = convolution(input, hidden, kernel: 1)
            let second = convolution(hidden * (kernels.count + 1), out, kernel: 1)
            let pools = kernels.enumerated().map { (name: String($0), module: pool($1, stride: 1, padding: $1 / 2)) }
            return (
                ModuleRecord(
                    className: "SPP",
                    children: [
                        ("cv1", first), ("cv2", second), ("m", ModuleRecord(className: "ModuleList", children: pools)),
                    ]), out, scale
            )
        case "nn.MaxPool2d":
            guard let kernel = try number(layer, 0) else { throw fail(layer, "pools by a kernel") }
            let stride = try number(layer, 1) ?? kernel
            return (
                pool(kernel, stride: stride, padding: try number(layer, 2, in: NetworkBounds.padding) ?? 0), input,
                scale * stride
            )
        case "nn.ZeroPad2d":
            let sides = layer.arguments.first?.sequence?.compactMap(\.int) ?? []
            return (
                ModuleRecord(className: "ZeroPad2d", settings: ["padding": .list(sides.map(PlainValue.int))]), input,
                scale
            )
        default: return nil
        }
    }

    func flag(_ layer: ModelYAML.Layer, _ index: Int) -> Bool? {
        layer.arguments.indices.contains(index) ? layer.arguments[index].bool : nil
    }

    func pool(_ kernel: Int, stride: Int, padding: Int) -> ModuleRecord {
        ModuleRecord(
            className: "MaxPool2d",
            settings: ["kernel_size": .int(kernel), "stride": .int(stride), "padding": .int(padding)])
    }

    func sequence(_ modules: [ModuleRecord], className: String = "Sequential") -> ModuleRecord {
        ModuleRecord(
            className: className, children: modules.enumerated().map { (name: String($0), module: $1) })
    }

    /// Of a bottleneck by itself: the frameworks have a module of the same name, YOLOv5 with 1 × 1 and 3 × 3, Ultralytics, whose
    /// heads have no anchors, with 3 × 3 twice.
    var bottleneckKernels: (Int, Int) { yaml.anchors.isEmpty ? (3, 3) : (1, 3) }

    mutating func bottleneck(
        _ input: Int, _ output: Int, hidden: Int, kernels: (Int, Int), _ hasShortcut: Bool
    ) -> ModuleRecord {
        let first = convolution(input, hidden, kernel: kernels.0)
        let second = convolution(hidden, output, kernel: kernels.1)
        return ModuleRecord(
            className: "Bottleneck", settings: ["add": .bool(hasShortcut && input == output)],
            children: [("cv1", first), ("cv2", second)])
    }
}

/// Modules of YOLOv8, v10, 11, 12 and 26, with new weights.
extension ModuleMaker {
    mutating func makeRecent(_ layer: ModelYAML.Layer, _ input: Int, _ scale: Int, _ repeats: Int) throws -> Made? {
        switch layer.module {
        case "C2f":
            let out = try wide(layer)
            let hasShortcut = flag(layer, 1) ?? false
            return (
                c2f("C2f", input, out, hidden: out / 2, repeats) { maker, width in
                    maker.bottleneck(width, width, hidden: width, kernels: (3, 3), hasShortcut)
                }, out, scale
            )
        case "C2":
            let out = try wide(layer)
            let (width, hasShortcut) = (out / 2, flag(layer, 1) ?? true)
            let (first, last) = (convolution(input, 2 * width, kernel: 1), convolution(2 * width, out, kernel: 1))
            let blocks = (0..<repeats).map { _ in
                bottleneck(width, width, hidden: width, kernels: (3, 3), hasShortcut)
            }
            return (
                ModuleRecord(className: "C2", children: [("cv1", first), ("cv2", last), ("m", sequence(blocks))]), out,
                scale
            )
        case "C3k2":
            let out = try wide(layer)
            // Larger models nest in every block.
            let nests = (flag(layer, 1) ?? false) || "mlx".contains(yaml.scale ?? "-")
            let share = layer.arguments.count > 2 ? layer.arguments[2].double : 0.5
            guard let share, share > 0, share <= 1 else {
                throw fail(layer, "its third argument is a share of the channels")
            }
            let attends = flag(layer, 3) ?? false
            return (
                c2f("C3k2", input, out, hidden: Int(clamping: Double(out) * share), repeats) { maker, width in
                    guard !attends else {
                        let block = maker.bottleneck(width, width, hidden: width / 2, kernels: (3, 3), true)
                        return maker.sequence([block, maker.psaBlock(width)])
                    }
                    return nests
                        ? maker.c3k(width) : maker.bottleneck(width, width, hidden: width / 2, kernels: (3, 3), true)
                }, out, scale
            )
        case "C2fCIB":
            let out = try wide(layer)
            let (hasShortcut, isLarge) = (flag(layer, 1) ?? false, flag(layer, 2) ?? false)
            return (
                c2f("C2fCIB", input, out, hidden: out / 2, repeats) { $0.cib($1, hasShortcut, isLarge) }, out, scale
            )
        case "SCDown":
            let out = try wide(layer)
            let stride = try number(layer, 2) ?? 2
            let first = convolution(input, out, kernel: 1)
            let second = convolution(
                out, out, kernel: try number(layer, 1) ?? 3, stride: stride, groups: out, isActivated: false)
            return (
                ModuleRecord(className: "SCDown", children: [("cv1", first), ("cv2", second)]), out, scale * stride
            )
        case "PSA":
            let width = input / 2
            let (first, last) = (convolution(input, 2 * width, kernel: 1), convolution(2 * width, input, kernel: 1))
            return (
                ModuleRecord(
                    className: "PSA",
                    children: [
                        ("cv1", first), ("cv2", last), ("attn", attention(width)), ("ffn", feedForward(width, 2)),
                    ]),
                input, scale
            )
        case "C2PSA":
            let width = input / 2
            let (first, last) = (convolution(input, 2 * width, kernel: 1), convolution(2 * width, input, kernel: 1))
            let blocks = (0..<repeats).map { _ in psaBlock(width) }
            return (
                ModuleRecord(className: "C2PSA", children: [("cv1", first), ("cv2", last), ("m", sequence(blocks))]),
                input, scale
            )
        case "A2C2f": return try areaBlocks(layer, input, scale, repeats)
        default: return nil
        }
    }

    /// cv1 makes two halves, each block reads what came before it, cv2 reads all.
    private mutating func c2f(
        _ className: String, _ input: Int, _ output: Int, hidden: Int, _ repeats: Int,
        _ block: (inout ModuleMaker, Int) -> ModuleRecord
    ) -> ModuleRecord {
        let first = convolution(input, 2 * hidden, kernel: 1)
        let last = convolution((2 + repeats) * hidden, output, kernel: 1)
        let blocks = (0..<repeats).map { _ in block(&self, hidden) }
        return ModuleRecord(
            className: className,
            children: [("cv1", first), ("cv2", last), ("m", sequence(blocks, className: "ModuleList"))])
    }

    /// C3 with two blocks of two 3 × 3 convolutions.
    private mutating func c3k(_ width: Int) -> ModuleRecord {
        c3(width, width, 2, true, className: "C3k", kernels: (3, 3))
    }

    private mutating func cib(_ width: Int, _ hasShortcut: Bool, _ isLarge: Bool) -> ModuleRecord {
        var parts = [
            convolution(width, width, kernel: 3, groups: width), convolution(width, 2 * width, kernel: 1),
        ]
        if isLarge {
            let wide = convolution(2 * width, 2 * width, kernel: 7, groups: 2 * width, isActivated: false)
            let narrow = convolution(2 * width, 2 * width, kernel: 3, groups: 2 * width, isActivated: false)
            parts.append(
                ModuleRecord(
                    className: "RepVGGDW",
                    children: [("conv", wide), ("conv1", narrow), ("act", ModuleRecord(className: "SiLU"))]))
        } else {
            parts.append(convolution(2 * width, 2 * width, kernel: 3, groups: 2 * width))
        }
        parts.append(convolution(2 * width, width, kernel: 1))
        parts.append(convolution(width, width, kernel: 3, groups: width))
        return ModuleRecord(
            className: "CIB", settings: ["add": .bool(hasShortcut)], children: [("cv1", sequence(parts))])
    }

    private mutating func psaBlock(_ width: Int) -> ModuleRecord {
        ModuleRecord(
            className: "PSABlock", settings: ["add": .bool(true)],
            children: [("attn", attention(width)), ("ffn", feedForward(width, 2))])
    }

    /// A head for each 64 channels, with keys of half their width.
    private mutating func attention(_ width: Int) -> ModuleRecord {
        let heads = max(1, width / 64)
        let headWidth = width / heads
        let keys = headWidth / 2
        return ModuleRecord(
            className: "Attention",
            settings: ["num_heads": .int(heads), "head_dim": .int(headWidth), "key_dim": .int(keys)],
            children: [
                ("qkv", convolution(width, width + 2 * keys * heads, kernel: 1, isActivated: false)),
                ("proj", convolution(width, width, kernel: 1, isActivated: false)),
                ("pe", convolution(width, width, kernel: 3, groups: width, isActivated: false)),
            ])
    }

    private mutating func feedForward(_ width: Int, _ ratio: Double) -> ModuleRecord {
        let hidden = Int(clamping: Double(width) * ratio)
        return sequence([
            convolution(width, hidden, kernel: 1), convolution(hidden, width, kernel: 1, isActivated: false),
        ])
    }

    private mutating func areaBlocks(
        _ layer: ModelYAML.Layer, _ input: Int, _ scale: Int, _ repeats: Int
    ) throws -> Made {
        let out = try wide(layer)
        let hasAttention = flag(layer, 1) ?? true
        let areas = try number(layer, 2, in: -1...1_024) ?? 1
        // Larger models have a residual and narrower feed-forward parts.
        let isLarge = "lx".contains(yaml.scale ?? "-")
        let width = out / 2
        guard width % 32 == 0 || !hasAttention else { throw fail(layer, "needs a multiple of 64 channels") }
        let first = convolution(input, width, kernel: 1)
        let last = convolution((1 + repeats) * width, out, kernel: 1)
        let blocks = (0..<repeats).map { _ -> ModuleRecord in
            guard hasAttention else { return c3k(width) }
            return sequence((0..<2).map { _ in areaBlock(width, areas, ratio: isLarge ? 1.2 : 2) })
        }
        var tensors: [String: NamedTensor] = [:]
        if hasAttention, isLarge {
            tensors["gamma"] = constant(0.01, out)
        }
        return (
            ModuleRecord(
                className: "A2C2f",
                children: [("cv1", first), ("cv2", last), ("m", sequence(blocks, className: "ModuleList"))],
                tensors: tensors), out, scale
        )
    }

    private mutating func areaBlock(_ width: Int, _ areas: Int, ratio: Double) -> ModuleRecord {
        let heads = width / 32
        let parts = yaml.hasSeparateValues ? [("qk", 2), ("v", 1)] : [("qkv", 3)]
        let joined = parts.map { name, wide in
            (name: name, module: convolution(width, wide * width, kernel: 1, isActivated: false))
        }
        let places = yaml.hasSeparateValues ? 5 : 7
        let attention = ModuleRecord(
            className: "AAttn",
            settings: ["num_heads": .int(heads), "head_dim": .int(32), "area": .int(max(1, areas))],
            children: joined + [
                ("proj", convolution(width, width, kernel: 1, isActivated: false)),
                ("pe", convolution(width, width, kernel: places, groups: width, isActivated: false)),
            ])
        return ModuleRecord(
            className: "ABlock", children: [("attn", attention), ("mlp", feedForward(width, ratio))])
    }
}
