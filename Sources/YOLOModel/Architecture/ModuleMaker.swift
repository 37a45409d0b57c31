import CheckedNumbers
import FileReading
import NeuralKernels
import Randomness
import YAMLText

/// Makes modules with new weights.
struct ModuleMaker {
    let yaml: ModelYAML
    let classCount: Int
    let seed: UInt64
    var counter: UInt64 = 0
    /// Weights that may still be made.
    private var left = NetworkBounds.weights
    /// Convolutions made so far.
    private var made = 0

    init(yaml: ModelYAML, classCount: Int, seed: UInt64) {
        self.yaml = yaml
        self.classCount = classCount
        self.seed = seed
    }

    mutating func make() throws -> ModuleRecord {
        var channels: [Int] = []
        var scales: [Int] = []
        var layers: [(name: String, module: ModuleRecord)] = []
        if let head = yaml.layers.last, let reason = GraphBuilder.refusal(of: ModuleRecord(className: head.module)) {
            throw ModelError(reason)
        }
        for (index, layer) in yaml.layers.enumerated() {
            let sources = layer.from.map { $0 < 0 ? index + $0 : $0 }
            guard sources.allSatisfy({ $0 >= -1 && $0 < index }) else {
                throw fail(layer, "reads a layer that is not before it")
            }
            let inputs = sources.map { $0 == -1 ? 3 : channels[$0] }
            let inputScales = sources.map { $0 == -1 ? 1 : scales[$0] }
            var (module, out, scale) = try make(layer, inputs, inputScales)
            guard left > 0 else { throw fail(layer, "makes more than \(NetworkBounds.weights) weights") }
            guard NetworkBounds.modules.contains(max(1, made)) else {
                throw fail(layer, "makes more than \(NetworkBounds.modules.upperBound) convolutions")
            }
            guard (0...NetworkBounds.channels.upperBound).contains(out) else {
                throw fail(layer, "makes \(out) channels, more than \(NetworkBounds.channels.upperBound)")
            }
            guard NetworkBounds.stride.contains(scale) else {
                throw fail(layer, "has \(scale) pixels a cell, more than \(NetworkBounds.stride.upperBound)")
            }
            module.settings["f"] = layer.from.count == 1 ? .int(layer.from[0]) : .list(layer.from.map(PlainValue.int))
            module.settings["i"] = .int(index)
            layers.append((String(index), module))
            channels.append(out)
            scales.append(scale)
        }
        return ModuleRecord(
            className: "DetectionModel",
            settings: ["backbone_count": .int(yaml.backboneCount), ModelYAML.textKey: .string(yaml.text)],
            children: [("model", ModuleRecord(className: "Sequential", children: layers))])
    }

    func fail(_ layer: ModelYAML.Layer, _ message: String) -> FileError {
        FileError(
            file: yaml.file, line: layer.line, message: "\(layer.module): \(message)",
            wayOut: "compare it with the model YAML of the trainer")
    }

    /// Channels after the width multiple, rounded up to a multiple of eight.
    func wide(_ layer: ModelYAML.Layer) throws -> Int {
        guard let channels = layer.arguments.first?.int, channels > 0 else {
            throw fail(layer, "its first argument is the number of channels")
        }
        let eights = Int(clamping: (Double(min(channels, yaml.mostChannels)) * yaml.widthMultiple / 8).rounded(.up))
        guard let wide = eights.checkedTimes(8), NetworkBounds.channels.contains(wide) else {
            throw fail(
                layer,
                "has \(channels) channels before the width multiple, "
                    + "\(NetworkBounds.channels.upperBound) are the most after it")
        }
        return wide
    }

    /// A whole number among the arguments; nil where there is none, or where it is left to the module.
    func number(
        _ layer: ModelYAML.Layer, _ index: Int, in range: ClosedRange<Int> = NetworkBounds.kernel
    ) throws -> Int? {
        guard let node = layer.arguments.element(at: index), !node.isNull, node.string != "None", node.bool == nil
        else {
            return nil
        }
        guard let number = node.int, range.contains(number) else {
            let text = node.string.map { " \($0.prefix(40))" } ?? ""
            throw fail(
                layer, "argument \(index + 1)\(text) must be whole, from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// How many arguments of a module are read: more would make another network than the one that is made here.
    private static let argumentsRead = [
        "Conv": 5, "C3": 2, "C2f": 2, "C2": 2, "C3k2": 4, "C2fCIB": 3, "SCDown": 3, "SPPF": 4, "SPP": 2,
        "Bottleneck": 2, "Focus": 2, "BottleneckCSP": 2, "A2C2f": 3, "PSA": 1, "C2PSA": 1,
    ]

    private mutating func make(
        _ layer: ModelYAML.Layer, _ inputs: [Int], _ scales: [Int]
    ) throws -> (ModuleRecord, channels: Int, scale: Int) {
        let input = inputs[0]
        let scale = scales[0]
        let deep = Int(clamping: (Double(layer.repeats) * yaml.depthMultiple).rounded(.toNearestOrEven))
        let repeats = layer.repeats > 1 ? max(1, deep) : 1
        guard NetworkBounds.repeats.contains(repeats) else {
            throw fail(layer, "repeats \(deep) times, more than \(NetworkBounds.repeats.upperBound)")
        }
        if let most = Self.argumentsRead[layer.module], layer.arguments.count > most {
            throw fail(layer, "has \(layer.arguments.count) arguments, of which only \(most) are read here")
        }
        switch layer.module {
        case "Conv":
            let out = try wide(layer)
            let stride = try number(layer, 2) ?? 1
            let (kernel, padding) = (try number(layer, 1) ?? 1, try number(layer, 3, in: NetworkBounds.padding))
            let groups = try number(layer, 4, in: NetworkBounds.groups) ?? 1
            guard input % groups == 0, out % groups == 0 else {
                throw fail(layer, "cannot divide \(input) and \(out) channels into \(groups) groups")
            }
            guard repeats == 1 || input == out && stride == 1 else {
                throw fail(layer, "is repeated, and changes size or channels")
            }
            let row = (0..<repeats).map { _ in
                convolution(input, out, kernel: kernel, stride: stride, padding: padding, groups: groups)
            }
            return (repeats == 1 ? row[0] : sequence(row), out, scale * stride)
        case "C3":
            let out = try wide(layer)
            let hasShortcut = layer.arguments.count < 2 || layer.arguments[1].bool ?? true
            return (c3(input, out, repeats, hasShortcut), out, scale)
        case "SPPF":
            let out = try wide(layer)
            let adds = (flag(layer, 3) ?? false) && input == out
            let pools = try number(layer, 2, in: 1...16) ?? 3
            return (sppf(input, out, kernel: try number(layer, 1) ?? 5, pools: pools, adds: adds), out, scale)
        case "nn.Upsample":
            let factor = try number(layer, 1) ?? 2
            let settings: [String: PlainValue] = ["scale_factor": .int(factor), "mode": .string("nearest")]
            return (ModuleRecord(className: "Upsample", settings: settings), input, max(1, scale / factor))
        case "Concat": return (ModuleRecord(className: "Concat"), inputs.reduce(0, +), scale)
        case "Detect" where !yaml.anchors.isEmpty, "Segment" where !yaml.anchors.isEmpty:
            return (try detect(layer, inputs, scales), 0, scale)
        default:
            if let made = try makeOlder(layer, input, scale, repeats) { return made }
            if let made = try makeFirst(layer, input, scale, repeats) { return made }
            if let made = try makeRecent(layer, input, scale, repeats) { return made }
            if let made = try makeLight(layer, input, scale, repeats) { return made }
            if let made = try makeElan(layer, inputs, scales) { return made }
            if layer.module == "IDetect" { throw fail(layer, "is YOLOv7's head, which is read from checkpoints alone") }
            if GraphBuilder.boxHeads.contains(layer.module) {
                return (try distributionHead(layer, inputs, scales), 0, scale)
            }
            throw fail(layer, "is a module that is not known here")
        }
    }

    mutating func convolution(
        _ input: Int, _ output: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
        isActivated: Bool = true
    ) -> ModuleRecord {
        let conv = plainConvolution(
            input, output, kernel: kernel, stride: stride, padding: padding ?? kernel / 2, hasBias: false,
            groups: groups)
        return ModuleRecord(
            className: "Conv",
            children: [
                ("conv", conv), ("bn", batchNorm(output)),
                ("act", isActivated ? yaml.activation : ModuleRecord(className: "Identity")),
            ])
    }

    mutating func batchNorm(_ channels: Int) -> ModuleRecord {
        let ones = constant(1, channels)
        let zeros = constant(0, channels)
        return ModuleRecord(
            className: "BatchNorm2d", settings: ["eps": .double(1e-3)],
            tensors: ["weight": ones, "bias": zeros, "running_mean": zeros, "running_var": ones])
    }

    mutating func plainConvolution(
        _ input: Int, _ output: Int, kernel: Int, stride: Int, padding: Int, hasBias: Bool, groups: Int = 1
    ) -> ModuleRecord {
        made += 1
        let bound = 1 / Float(input / groups * kernel * kernel).squareRoot()
        let shape = [output, input / groups, kernel, kernel]
        var tensors = ["weight": uniform(shape, bound)]
        if hasBias { tensors["bias"] = uniform([output], bound) }
        return ModuleRecord(
            className: "Conv2d",
            settings: ["stride": .int(stride), "padding": .int(padding), "groups": .int(groups), "dilation": .int(1)],
            tensors: tensors)
    }

    mutating func uniform(_ shape: [Int], _ bound: Float) -> NamedTensor {
        let values = (0..<take(shape)).map { _ in
            counter += 1
            return bound * CounterBasedNumber.symmetricUnit(seed: seed, counter: counter)
        }
        return NamedTensor(shape: shape, values: values)
    }

    mutating func constant(_ value: Float, _ count: Int) -> NamedTensor {
        NamedTensor(shape: [count], values: Array(repeating: value, count: take([count])))
    }

    /// How many weights of a shape may be made: all, or none once there are too many, which `make` says.
    private mutating func take(_ shape: [Int]) -> Int {
        var count = 1
        for side in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: max(0, side))
            count = overflows ? .max : product
        }
        guard count < left else {
            left = 0
            return 0
        }
        left -= count
        return count
    }

    mutating func c3(
        _ input: Int, _ output: Int, _ repeats: Int, _ hasShortcut: Bool, className: String = "C3",
        kernels: (Int, Int) = (1, 3)
    ) -> ModuleRecord {
        c3(input, output, className: className) { maker, hidden in
            maker.sequence(
                (0..<repeats).map { _ in
                    maker.bottleneck(hidden, hidden, hidden: hidden, kernels: kernels, hasShortcut)
                })
        }
    }

    /// Half of the channels through what `inner` makes, half past it.
    mutating func c3(
        _ input: Int, _ output: Int, className: String, _ inner: (inout ModuleMaker, _ hidden: Int) -> ModuleRecord
    ) -> ModuleRecord {
        let hidden = output / 2
        let first = convolution(input, hidden, kernel: 1)
        let second = convolution(input, hidden, kernel: 1)
        let third = convolution(2 * hidden, output, kernel: 1)
        return ModuleRecord(
            className: className,
            children: [("cv1", first), ("cv2", second), ("cv3", third), ("m", inner(&self, hidden))])
    }

    /// - Parameter adds: a residual, and no activation before the pools.
    mutating func sppf(_ input: Int, _ output: Int, kernel: Int, pools: Int = 3, adds: Bool = false) -> ModuleRecord {
        let hidden = input / 2
        return ModuleRecord(
            className: "SPPF", settings: ["n": .int(pools), "add": .bool(adds)],
            children: [
                ("cv1", convolution(input, hidden, kernel: 1, isActivated: !adds)),
                ("cv2", convolution((pools + 1) * hidden, output, kernel: 1)),
                ("m", pool(kernel, stride: 1, padding: kernel / 2)),
            ])
    }

    private mutating func detect(_ layer: ModelYAML.Layer, _ inputs: [Int], _ scales: [Int]) throws -> ModuleRecord {
        guard yaml.anchors.count == inputs.count, let perLevel = yaml.anchors.first?.count,
            yaml.anchors.allSatisfy({ $0.count == perLevel })
        else { throw fail(layer, "anchors need a row of equal length for each of its \(inputs.count) levels") }
        // What a segmentation model says of masks stands behind each anchor's classes.
        let more = layer.module == "Segment" ? try number(layer, 2, in: 0...1_024) ?? 32 : 0
        let convolutions = inputs.enumerated().map { level, channels -> (name: String, module: ModuleRecord) in
            let conv = plainConvolution(
                channels, perLevel * (5 + classCount + more), kernel: 1, stride: 1, padding: 0, hasBias: true)
            return (String(level), conv)
        }
        let inGrid = zip(yaml.anchors, scales).flatMap { anchors, scale in
            anchors.flatMap { [Float($0.width / Double(scale)), Float($0.height / Double(scale))] }
        }
        return ModuleRecord(
            className: layer.module, settings: ["nc": .int(classCount), "nm": .int(more)],
            children: [("m", ModuleRecord(className: "ModuleList", children: convolutions))],
            tensors: [
                "anchors": NamedTensor(shape: [inputs.count, perLevel, 2], values: inGrid),
                "stride": NamedTensor(shape: [scales.count], values: scales.map(Float.init)),
            ])
    }
}
