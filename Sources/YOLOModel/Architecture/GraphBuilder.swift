import NeuralKernels

/// Turns a module tree into a graph, layer by layer.
///
/// A module that it does not know ends the building with an error that names the module and the layer.
struct GraphBuilder {
    private var graph = NetworkGraph()
    private var groups: [ParameterGroup] = []
    private var group = ParameterGroup.backbone

    static func build(_ model: ModuleRecord) throws -> DetectionModel {
        var builder = GraphBuilder()
        return try builder.build(model)
    }

    private mutating func build(_ model: ModuleRecord) throws -> DetectionModel {
        guard let layers = model["model"]?.children, !layers.isEmpty else {
            throw ModelError("holds no list of layers")
        }
        let input = graph.add(.input, name: "input")
        let backboneCount = model.settings["backbone_count"]?.int ?? Self.guessBackbone(layers.map(\.module))
        var results: [Int] = []
        var summaries: [LayerSummary] = []
        for (index, layer) in layers.enumerated() {
            let from = layer.module.settings["f"].flatMap { $0.list?.compactMap(\.int) ?? $0.int.map { [$0] } } ?? [-1]
            let sources = try from.map { source -> Int in
                let position = source < 0 ? index + source : source
                if position == -1 { return input }
                guard results.indices.contains(position) else {
                    throw ModelError(
                        "layer \(index) (\(layer.module.className)) reads layer \(source), which is not before it")
                }
                return results[position]
            }
            group = index == layers.count - 1 ? .head : index < backboneCount ? .backbone : .neck
            let parametersBefore = graph.parameters.count
            let name = "model.\(index)"
            if index == layers.count - 1 {
                let head = try detect(layer.module, sources, name)
                summaries.append(summary(index, from, layer.module, parametersBefore, graph.outputs.last ?? 0))
                return DetectionModel(
                    family: .v5, graph: graph, classCount: head.classCount, classNames: Self.names(model),
                    strides: head.strides, anchors: head.anchors, layers: summaries, groups: groups)
            }
            results.append(try add(layer.module, sources, name))
            summaries.append(summary(index, from, layer.module, parametersBefore, results[index]))
        }
        throw ModelError("ends without a detection head")
    }

    private func summary(_ index: Int, _ from: [Int], _ module: ModuleRecord, _ before: Int, _ node: Int)
        -> LayerSummary
    {
        let count = graph.parameters[before...].reduce(0) { $0 + ($1.isTrainable ? $1.values.count : 0) }
        return LayerSummary(index: index, from: from, module: module.className, parameterCount: count, node: node)
    }

    /// Without the model's own word: everything up to the spatial pyramid.
    private static func guessBackbone(_ layers: [ModuleRecord]) -> Int {
        (layers.lastIndex { ["SPP", "SPPF"].contains($0.className) } ?? layers.count / 2) + 1
    }

    private static func names(_ model: ModuleRecord) -> [String]? {
        guard let list = model.settings["names"]?.list else { return nil }
        return list.map { $0.string ?? $0.int.map(String.init) ?? "" }
    }

    // MARK: Modules

    private mutating func add(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Int {
        guard let source = sources.first else { throw ModelError("\(name) (\(module.className)) reads nothing") }
        switch module.className {
        case "Conv", "DWConv": return try convolutionBlock(module, source, name)
        case "Bottleneck": return try bottleneck(module, source, name)
        case "C3": return try c3(module, source, name)
        case "SPPF": return try sppf(module, source, name)
        case "SPP": return try spp(module, source, name)
        case "Concat": return graph.add(.concatenate, inputs: sources, name: name)
        case "Upsample": return try upsample(module, source, name)
        case "Sequential":
            return try module.children.reduce(source) { try add($1.module, [$0], "\(name).\($1.name)") }
        case "MaxPool2d": return try maxPool(module, source, name)
        case "Identity": return source
        default:
            throw ModelError("layer \(name) is a \(module.className), which is not known here")
        }
    }

    private func child(_ module: ModuleRecord, _ name: String, _ path: String) throws -> ModuleRecord {
        guard let child = module[name] else { throw ModelError("\(path) (\(module.className)) has no \(name)") }
        return child
    }

    private mutating func parameter(_ tensor: NamedTensor, _ name: String, isTrainable: Bool = true) -> Int {
        groups.append(group)
        return graph.addParameter(
            NetworkParameter(name: name, shape: tensor.shape, values: tensor.values, isTrainable: isTrainable))
    }

    private func tensor(_ module: ModuleRecord, _ name: String, _ path: String) throws -> NamedTensor {
        guard let tensor = module.tensors[name] else { throw ModelError("\(path).\(name) is missing") }
        return tensor
    }

    private func activation(_ module: ModuleRecord?, _ path: String) throws -> NetworkGraph.Activation {
        switch module?.className {
        case "SiLU": .silu
        case "Identity", nil: .none
        case "ReLU": .leakyReLU(slope: 0)
        case "LeakyReLU": .leakyReLU(slope: Float(module?.settings["negative_slope"]?.double ?? 0.01))
        case .some(let name): throw ModelError("\(path) is a \(name), an activation that is not known here")
        }
    }

    /// Conv2d, then batch-norm (or, in a fused model, the convolution's bias), then the activation.
    private mutating func convolutionBlock(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        try convolution(
            try child(module, "conv", name), batchNorm: module["bn"],
            activation: try activation(module["act"], "\(name).act"),
            source, "\(name).conv", batchNormName: "\(name).bn", node: name)
    }

    private mutating func convolution(
        _ conv: ModuleRecord, batchNorm: ModuleRecord?, activation: NetworkGraph.Activation, _ source: Int,
        _ name: String, batchNormName: String, node: String
    ) throws -> Int {
        let weight = try tensor(conv, "weight", name)
        guard weight.shape.count == 4 else { throw ModelError("\(name).weight is not of rank 4") }
        func pair(_ key: String, _ fallback: Int) -> (Int, Int) {
            let value = conv.settings[key]
            if let list = value?.list, list.count == 2, let a = list[0].int, let b = list[1].int { return (a, b) }
            return (value?.int ?? fallback, value?.int ?? fallback)
        }
        let stride = pair("stride", 1)
        let dilation = pair("dilation", 1)
        let padding = pair("padding", 0)
        guard stride.0 == stride.1, dilation.0 == dilation.1, stride.0 > 0, dilation.0 > 0, padding.0 >= 0,
            padding.1 >= 0
        else { throw ModelError("\(name) has a stride or dilation that is not known here") }
        let weightIndex = parameter(weight, "\(name).weight")
        var bias: Int?
        var norm: NetworkGraph.BatchNorm?
        if let batchNorm, batchNorm.className == "BatchNorm2d" {
            norm = .init(
                weight: parameter(try tensor(batchNorm, "weight", batchNormName), "\(batchNormName).weight"),
                bias: parameter(try tensor(batchNorm, "bias", batchNormName), "\(batchNormName).bias"),
                runningMean: parameter(
                    try tensor(batchNorm, "running_mean", batchNormName), "\(batchNormName).running_mean",
                    isTrainable: false),
                runningVariance: parameter(
                    try tensor(batchNorm, "running_var", batchNormName), "\(batchNormName).running_var",
                    isTrainable: false),
                epsilon: Float(batchNorm.settings["eps"]?.double ?? 1e-3))
        } else if let values = conv.tensors["bias"] {
            bias = parameter(values, "\(name).bias")
        }
        return graph.add(
            .convolution(
                .init(
                    weight: weightIndex, bias: bias, batchNorm: norm, outChannels: weight.shape[0],
                    kernelHeight: weight.shape[2], kernelWidth: weight.shape[3], stride: stride.0,
                    paddingHeight: padding.0, paddingWidth: padding.1, dilation: dilation.0,
                    groups: max(1, conv.settings["groups"]?.int ?? 1), activation: activation)),
            inputs: [source], name: node)
    }

    private mutating func bottleneck(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let first = try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")
        let second = try convolutionBlock(try child(module, "cv2", name), first, "\(name).cv2")
        guard module.settings["add"]?.bool == true else { return second }
        return graph.add(.add, inputs: [source, second], name: "\(name).add")
    }

    /// cv3(concat(m(cv1(x)), cv2(x)))
    private mutating func c3(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let first = try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")
        var deep = first
        for child in try child(module, "m", name).children {
            deep = try add(child.module, [deep], "\(name).m.\(child.name)")
        }
        let side = try convolutionBlock(try child(module, "cv2", name), source, "\(name).cv2")
        let joined = graph.add(.concatenate, inputs: [deep, side], name: "\(name).cat")
        return try convolutionBlock(try child(module, "cv3", name), joined, "\(name).cv3")
    }

    private mutating func maxPool(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        guard let kernel = module.settings["kernel_size"]?.side, kernel > 0 else {
            throw ModelError("\(name) has no kernel size")
        }
        let stride = module.settings["stride"]?.side ?? kernel
        let padding = module.settings["padding"]?.side ?? 0
        guard stride > 0, padding >= 0, padding < kernel else {
            throw ModelError("\(name) has a stride or padding that is not known here")
        }
        return graph.add(.maxPool(kernel: kernel, stride: stride, padding: padding), inputs: [source], name: name)
    }

    /// Three pools one after the other, all kept.
    private mutating func sppf(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        var parts = [try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")]
        let pool = try child(module, "m", name)
        for step in 0..<3 { parts.append(try maxPool(pool, parts[step], "\(name).m.\(step)")) }
        let joined = graph.add(.concatenate, inputs: parts, name: "\(name).cat")
        return try convolutionBlock(try child(module, "cv2", name), joined, "\(name).cv2")
    }

    /// Pools of several sizes side by side.
    private mutating func spp(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let first = try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")
        var parts = [first]
        for pool in try child(module, "m", name).children {
            parts.append(try maxPool(pool.module, first, "\(name).m.\(pool.name)"))
        }
        let joined = graph.add(.concatenate, inputs: parts, name: "\(name).cat")
        return try convolutionBlock(try child(module, "cv2", name), joined, "\(name).cv2")
    }

    private mutating func upsample(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        guard module.settings["mode"]?.string ?? "nearest" == "nearest",
            let factor = module.settings["scale_factor"]?.side,
            factor > 1
        else { throw ModelError("\(name) enlarges in a way that is not known here") }
        return graph.add(.upsampleNearest(factor: factor), inputs: [source], name: name)
    }

    // MARK: Head

    private struct Head {
        var classCount: Int
        var strides: [Int]
        var anchors: [[(width: Double, height: Double)]]
    }

    /// YOLOv5's head: a 1×1 convolution a level, with anchors in grid units beside it.
    private mutating func detect(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        guard module.className == "Detect", let convolutions = module["m"]?.children,
            let anchors = module.tensors["anchors"]
        else {
            throw ModelError("the head \(name) is a \(module.className) without anchors, which is not known here")
        }
        guard anchors.shape.count == 3, anchors.shape[2] == 2, convolutions.count == sources.count,
            anchors.shape[0] == sources.count, let classCount = module.settings["nc"]?.int, classCount > 0
        else { throw ModelError("the head \(name) has anchors and levels that do not fit together") }
        let strides = module.tensors["stride"]?.values.map { Int($0) } ?? sources.indices.map { 8 << $0 }
        guard strides.count == sources.count, strides.allSatisfy({ $0 > 0 }) else {
            throw ModelError("the head \(name) has no strides")
        }
        for (level, conv) in convolutions.enumerated() {
            let node = try convolution(
                conv.module, batchNorm: nil, activation: .none, sources[level], "\(name).m.\(level)",
                batchNormName: "", node: "\(name).m.\(level)")
            guard case .convolution(let made) = graph.nodes[node].operation,
                made.outChannels == anchors.shape[1] * (5 + classCount)
            else { throw ModelError("\(name).m.\(level) has not \(anchors.shape[1]) × (5 + \(classCount)) channels") }
            graph.outputs.append(node)
        }
        let perLevel = anchors.shape[1]
        let inPixels = sources.indices.map { level in
            (0..<perLevel).map { index in
                let at = 2 * (level * perLevel + index)
                let stride = Double(strides[level])
                return (width: Double(anchors.values[at]) * stride, height: Double(anchors.values[at + 1]) * stride)
            }
        }
        return Head(classCount: classCount, strides: strides, anchors: inPixels)
    }
}
