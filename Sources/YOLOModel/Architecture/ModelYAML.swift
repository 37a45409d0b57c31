import FileReading
import NeuralKernels
import Randomness
import YAMLText

/// A model YAML: `nc`, layers as `[from, repeats, module, arguments]`, and either depth and width multiples with anchors
/// (YOLOv5 and YOLOv3) or `scales` of depth, width and most channels (YOLOv8 and later).
public struct ModelYAML: Sendable {
    struct Layer {
        var from: [Int]
        var repeats: Int
        var module: String
        var arguments: [YAMLNode]
        var line: Int
    }

    let file: String
    let classCount: Int
    let depthMultiple: Double
    let widthMultiple: Double
    /// Channels before the width multiple are no more than this.
    let mostChannels: Int
    /// `n`, `s` …, of the YAMLs that have scales.
    let scale: String?
    /// In pixels, a level each.
    let anchors: [[(width: Double, height: Double)]]
    let layers: [Layer]
    let backboneCount: Int

    /// - Throws: `FileError` with line and column.
    public static func parse(_ text: String, file: String) throws -> ModelYAML {
        let document = try YAMLDocument.parse(Array(text.utf8), file: file)
        func fail(_ node: YAMLNode?, _ message: String) -> FileError {
            FileError(
                file: file, line: node?.line, column: node?.column, message: message,
                wayOut: "compare it with the yolov5s.yaml of the trainer")
        }
        guard let root = document.root, let backbone = root["backbone"]?.sequence, let head = root["head"]?.sequence
        else {
            throw fail(document.root, "is not a model YAML: backbone and head are expected")
        }
        let layers = try (backbone + head).map { node -> Layer in
            guard let parts = node.sequence, parts.count == 4, let repeats = parts[1].int, let module = parts[2].string,
                let arguments = parts[3].sequence
            else { throw fail(node, "a layer is [from, repeats, module, arguments]") }
            let from = parts[0].sequence?.compactMap(\.int) ?? parts[0].int.map { [$0] } ?? []
            guard !from.isEmpty, (1...1000).contains(repeats) else {
                throw fail(node, "a layer reads from earlier layers")
            }
            return Layer(from: from, repeats: repeats, module: module, arguments: arguments, line: node.line)
        }
        if let node = root["anchors"], !node.isNull, node.sequence == nil {
            throw fail(node, "anchors are to be found from data here; write those of assay-anchors into it")
        }
        let anchors = try (root["anchors"]?.sequence ?? []).map { level in
            let numbers = level.sequence?.compactMap(\.double) ?? []
            guard !numbers.isEmpty, numbers.count % 2 == 0, numbers.allSatisfy({ $0 > 0 }) else {
                throw fail(level, "anchors are a row a level of [w,h, w,h, …]")
            }
            return stride(from: 0, to: numbers.count, by: 2).map { (width: numbers[$0], height: numbers[$0 + 1]) }
        }
        guard let classCount = root["nc"]?.int, (1...100_000).contains(classCount) else {
            throw fail(root["nc"], "nc is missing")
        }
        var (depth, width) = (root["depth_multiple"]?.double ?? 1, root["width_multiple"]?.double ?? 1)
        var most = Int.max
        var scale: String?
        if let scales = root["scales"]?.mapping, !scales.isEmpty {
            let wanted = scaleLetter(of: file)
            let entry = scales.first { $0.key.string == wanted } ?? scales[0]
            guard let numbers = entry.value.sequence?.compactMap(\.double), numbers.count == 3, numbers[2] >= 1,
                numbers[2] <= 1e6
            else { throw fail(entry.value, "a scale is [depth, width, most channels]") }
            (depth, width, most) = (numbers[0], numbers[1], Int(numbers[2]))
            scale = entry.key.string
        }
        guard (0...16).contains(depth), (0.001...16).contains(width) else {
            throw fail(root, "depth and width multiples are from 0.001 to 16")
        }
        return ModelYAML(
            file: file, classCount: classCount, depthMultiple: depth, widthMultiple: width, mostChannels: most,
            scale: scale, anchors: anchors, layers: layers, backboneCount: backbone.count)
    }

    /// The scale that a file's name asks for: `s` of `yolov8s.yaml` and of `yolo11s-p2.yaml`.
    private static func scaleLetter(of file: String) -> String? {
        let name = Paths.fileName(of: file)
        guard let match = name.firstMatch(of: /yolo[ev]?[0-9]+([nstmblx])/) else { return nil }
        return String(match.1)
    }

    /// Makes the module tree with weights from the seed: He-uniform for convolutions, identity for batch-norms.
    ///
    /// - Parameter classCount: instead of the YAML's own.
    func makeModule(classCount: Int?, seed: UInt64) throws -> ModuleRecord {
        var maker = ModuleMaker(yaml: self, classCount: classCount ?? self.classCount, seed: seed)
        return try maker.make()
    }

    /// The model with new weights.
    public func makeModel(classCount: Int? = nil, seed: UInt64 = 0) throws -> DetectionModel {
        do {
            return try GraphBuilder.build(try makeModule(classCount: classCount, seed: seed))
        } catch let error as ModelError {
            throw FileError(
                file: file, message: error.reason, wayOut: "use the modules of YOLOv3, v5, v8, v10, 11 and 12")
        }
    }
}

/// Makes modules with new weights.
struct ModuleMaker {
    let yaml: ModelYAML
    let classCount: Int
    let seed: UInt64
    var counter: UInt64 = 0
    /// Weights that may still be made. The largest published models have half of them.
    private var left = 1 << 28

    init(yaml: ModelYAML, classCount: Int, seed: UInt64) {
        self.yaml = yaml
        self.classCount = classCount
        self.seed = seed
    }

    mutating func make() throws -> ModuleRecord {
        var channels: [Int] = []
        var scales: [Int] = []
        var layers: [(name: String, module: ModuleRecord)] = []
        for (index, layer) in yaml.layers.enumerated() {
            let sources = layer.from.map { $0 < 0 ? index + $0 : $0 }
            guard sources.allSatisfy({ $0 >= -1 && $0 < index }) else {
                throw fail(layer, "reads a layer that is not before it")
            }
            let inputs = sources.map { $0 == -1 ? 3 : channels[$0] }
            let inputScales = sources.map { $0 == -1 ? 1 : scales[$0] }
            var (module, out, scale) = try make(layer, inputs, inputScales)
            guard left > 0, (0...1 << 24).contains(out), (1...1 << 20).contains(scale) else {
                throw fail(layer, "has channels, weights or a stride beyond all reason")
            }
            module.settings["f"] = layer.from.count == 1 ? .int(layer.from[0]) : .list(layer.from.map(PlainValue.int))
            module.settings["i"] = .int(index)
            layers.append((String(index), module))
            channels.append(out)
            scales.append(scale)
        }
        return ModuleRecord(
            className: "DetectionModel", settings: ["backbone_count": .int(yaml.backboneCount)],
            children: [("model", ModuleRecord(className: "Sequential", children: layers))])
    }

    func fail(_ layer: ModelYAML.Layer, _ message: String) -> FileError {
        FileError(
            file: yaml.file, line: layer.line, message: "\(layer.module): \(message)",
            wayOut: "compare it with the model YAML of the trainer")
    }

    /// Channels after the width multiple, rounded up to a multiple of eight.
    func wide(_ layer: ModelYAML.Layer) throws -> Int {
        guard let channels = layer.arguments.first?.int, (1...100_000).contains(channels) else {
            throw fail(layer, "its first argument is the number of channels")
        }
        return Int((Double(min(channels, yaml.mostChannels)) * yaml.widthMultiple / 8).rounded(.up)) * 8
    }

    /// A whole number among the arguments; nil where there is none.
    func number(_ layer: ModelYAML.Layer, _ index: Int, in range: ClosedRange<Int> = 1...1_024) throws -> Int? {
        guard layer.arguments.indices.contains(index), let number = layer.arguments[index].int else { return nil }
        guard range.contains(number) else {
            throw fail(layer, "argument \(index + 1) must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private mutating func make(
        _ layer: ModelYAML.Layer, _ inputs: [Int], _ scales: [Int]
    ) throws -> (ModuleRecord, channels: Int, scale: Int) {
        let input = inputs[0]
        let scale = scales[0]
        let repeats =
            layer.repeats > 1 ? max(1, Int((Double(layer.repeats) * yaml.depthMultiple).rounded(.toNearestOrEven))) : 1
        switch layer.module {
        case "Conv":
            let out = try wide(layer)
            let stride = try number(layer, 2) ?? 1
            let module = convolution(
                input, out, kernel: try number(layer, 1) ?? 1, stride: stride,
                padding: try number(layer, 3, in: 0...1_024))
            return (module, out, scale * stride)
        case "C3":
            let out = try wide(layer)
            let hasShortcut = layer.arguments.count < 2 || layer.arguments[1].bool ?? true
            return (c3(input, out, repeats, hasShortcut), out, scale)
        case "SPPF":
            let out = try wide(layer)
            return (sppf(input, out, kernel: try number(layer, 1) ?? 5), out, scale)
        case "nn.Upsample":
            let factor = try number(layer, 1) ?? 2
            let settings: [String: PlainValue] = ["scale_factor": .int(factor), "mode": .string("nearest")]
            return (ModuleRecord(className: "Upsample", settings: settings), input, max(1, scale / factor))
        case "Concat": return (ModuleRecord(className: "Concat"), inputs.reduce(0, +), scale)
        case "Detect" where !yaml.anchors.isEmpty: return (try detect(layer, inputs, scales), 0, scale)
        default:
            if let made = try makeOlder(layer, input, scale, repeats) { return made }
            if let made = try makeRecent(layer, input, scale, repeats) { return made }
            if ["Detect", "v10Detect"].contains(layer.module) {
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
        let ones = constant(1, output)
        let zeros = constant(0, output)
        let norm = ModuleRecord(
            className: "BatchNorm2d", settings: ["eps": .double(1e-3)],
            tensors: ["weight": ones, "bias": zeros, "running_mean": zeros, "running_var": ones])
        return ModuleRecord(
            className: "Conv",
            children: [
                ("conv", conv), ("bn", norm), ("act", ModuleRecord(className: isActivated ? "SiLU" : "Identity")),
            ])
    }

    mutating func plainConvolution(
        _ input: Int, _ output: Int, kernel: Int, stride: Int, padding: Int, hasBias: Bool, groups: Int = 1
    ) -> ModuleRecord {
        let bound = 1 / Float(input / groups * kernel * kernel).squareRoot()
        let shape = [output, input / groups, kernel, kernel]
        var tensors = ["weight": uniform(shape, bound)]
        if hasBias { tensors["bias"] = uniform([output], bound) }
        return ModuleRecord(
            className: "Conv2d",
            settings: ["stride": .int(stride), "padding": .int(padding), "groups": .int(groups), "dilation": .int(1)],
            tensors: tensors)
    }

    private mutating func uniform(_ shape: [Int], _ bound: Float) -> NamedTensor {
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
        let hidden = output / 2
        let first = convolution(input, hidden, kernel: 1)
        let second = convolution(input, hidden, kernel: 1)
        let third = convolution(2 * hidden, output, kernel: 1)
        let inner = (0..<repeats).map { _ in
            bottleneck(hidden, hidden, hidden: hidden, kernels: kernels, hasShortcut)
        }
        return ModuleRecord(
            className: className,
            children: [("cv1", first), ("cv2", second), ("cv3", third), ("m", sequence(inner))])
    }

    mutating func sppf(_ input: Int, _ output: Int, kernel: Int) -> ModuleRecord {
        let hidden = input / 2
        return ModuleRecord(
            className: "SPPF",
            children: [
                ("cv1", convolution(input, hidden, kernel: 1)), ("cv2", convolution(4 * hidden, output, kernel: 1)),
                ("m", pool(kernel, stride: 1, padding: kernel / 2)),
            ])
    }

    private mutating func detect(_ layer: ModelYAML.Layer, _ inputs: [Int], _ scales: [Int]) throws -> ModuleRecord {
        guard yaml.anchors.count == inputs.count, let perLevel = yaml.anchors.first?.count,
            yaml.anchors.allSatisfy({ $0.count == perLevel })
        else { throw fail(layer, "anchors need a row of equal length for each of its \(inputs.count) levels") }
        let convolutions = inputs.enumerated().map { level, channels -> (name: String, module: ModuleRecord) in
            let conv = plainConvolution(
                channels, perLevel * (5 + classCount), kernel: 1, stride: 1, padding: 0, hasBias: true)
            return (String(level), conv)
        }
        let inGrid = zip(yaml.anchors, scales).flatMap { anchors, scale in
            anchors.flatMap { [Float($0.width / Double(scale)), Float($0.height / Double(scale))] }
        }
        return ModuleRecord(
            className: "Detect", settings: ["nc": .int(classCount)],
            children: [("m", ModuleRecord(className: "ModuleList", children: convolutions))],
            tensors: [
                "anchors": NamedTensor(shape: [inputs.count, perLevel, 2], values: inGrid),
                "stride": NamedTensor(shape: [scales.count], values: scales.map(Float.init)),
            ])
    }
}
