import NeuralKernels

/// Turns a module tree into a graph, layer by layer.
///
/// A module that it does not know ends the building with an error that names the module and the layer.
package struct GraphBuilder {
    var graph = NetworkGraph()
    private var groups: [ParameterGroup] = []
    private var group = ParameterGroup.backbone
    /// Of the nodes so far.
    var facts = NodeFacts()
    /// The parts of layers that make several results of one, by the node of the whole.
    var splits: [Int: [Int]] = [:]
    /// Modules reached so far: a small file may reach one module by many ways.
    private var reached = 0

    /// The network of a module tree whose child `model` holds the layers.
    ///
    /// - Throws: `ModelError` or `GraphError` naming the layer.
    package static func build(_ model: ModuleRecord) throws -> DetectionModel {
        var builder = GraphBuilder()
        return try builder.build(model)
    }

    private mutating func build(_ model: ModuleRecord) throws -> DetectionModel {
        guard let layers = model["model"]?.children, !layers.isEmpty else {
            throw ModelError("holds no list of layers")
        }
        if let head = layers.last?.module, let reason = Self.refusal(of: head) { throw ModelError(reason) }
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
                var head = try detect(layer.module, sources, name)
                // Fused for use, a YOLOv7 has YOLOv5's head.
                let isSeven = layers.contains { Self.modulesOfSeven.contains($0.module.className) }
                if head.family == .v5, isSeven { head.family = .v7 }
                summaries.append(summary(index, from, layer.module, parametersBefore, graph.outputs.last ?? 0))
                var made = DetectionModel(
                    family: head.family, graph: graph, classCount: head.classCount, classNames: Self.names(model),
                    strides: head.strides, bins: head.bins, angles: head.angles, anchors: head.anchors,
                    layers: summaries, groups: groups)
                made.modelYAML = model.settings[ModelYAML.textKey]?.string
                try made.checkLevels()
                return made
            }
            results.append(try add(layer.module, sources, name))
            summaries.append(summary(index, from, layer.module, parametersBefore, results[index]))
        }
        throw ModelError("ends without a detection head")
    }

    /// Modules that YOLOv7 has and YOLOv5 has not.
    private static let modulesOfSeven: Set<String> = ["MP", "SP", "SPPCSPC"]

    private func summary(_ index: Int, _ from: [Int], _ module: ModuleRecord, _ before: Int, _ node: Int)
        -> LayerSummary
    {
        let count = graph.parameters[before...].reduce(0) { $0 + ($1.isTrainable ? $1.values.count : 0) }
        return LayerSummary(index: index, from: from, module: module.className, parameterCount: count, node: node)
    }

    /// Without the model's own word: everything up to the spatial pyramid.
    private static func guessBackbone(_ layers: [ModuleRecord]) -> Int {
        (layers.lastIndex { ["SPP", "SPPF", "SPPELAN", "SPPCSPC"].contains($0.className) } ?? layers.count / 2) + 1
    }

    private static func names(_ model: ModuleRecord) -> [String]? {
        guard let list = model.settings["names"]?.list else { return nil }
        return list.map { $0.string ?? $0.int.map(String.init) ?? "" }
    }

    // MARK: Modules

    mutating func add(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Int {
        guard let source = sources.first else { throw ModelError("\(name) (\(module.className)) reads nothing") }
        reached += 1
        guard NetworkBounds.modules.contains(max(reached, graph.nodes.count)) else {
            throw ModelError("\(name) is one of more than \(NetworkBounds.modules.upperBound) modules")
        }
        switch module.className {
        case "Conv", "DWConv": return try convolutionBlock(module, source, name)
        case "Bottleneck", "RepBottleneck", "RepNBottleneck": return try bottleneck(module, source, name)
        case "C3", "C3k", "C3Ghost", "RepCSP", "RepNCSP": return try c3(module, source, name)
        case "C3TR": return try c3(module, source, name)
        case "C2": return try c2(module, source, name)
        case "C2f", "C3k2", "C2fCIB": return try c2f(module, source, name)
        case "CIB": return try cib(module, source, name)
        case "RepVGGDW": return try parallelDepthwise(module, source, name)
        case "SCDown": return try convolutions(["cv1", "cv2"], of: module, source, name)
        case "PSA": return try psa(module, source, name)
        case "C2PSA": return try c2psa(module, source, name)
        case "PSABlock": return try psaBlock(module, source, name)
        case "Attention", "AAttn": return try attention(module, source, name)
        case "A2C2f": return try a2c2f(module, source, name)
        case "ABlock": return try areaBlock(module, source, name)
        case "SPPF": return try sppf(module, source, name)
        case "SPP": return try spp(module, source, name)
        case "Concat": return graph.add(.concatenate, inputs: sources, name: name)
        case "Upsample": return try upsample(module, source, name)
        case "Sequential":
            return try module.children.reduce(source) { try add($1.module, [$0], "\(name).\($1.name)") }
        case "Conv2d":
            return try convolution(
                module, batchNorm: nil, activation: .none, source, name, batchNormName: "", node: name)
        case "MaxPool2d": return try maxPool(module, source, name)
        case "ZeroPad2d": return try zeroPad(module, source, name)
        case "Identity", "Silence": return source
        default:
            if let node = try addOther(module, sources, source, name) { return node }
            throw ModelError("layer \(name) is a \(module.className), which is not known here")
        }
    }

    func child(_ module: ModuleRecord, _ name: String, _ path: String) throws -> ModuleRecord {
        guard let child = module[name] else { throw ModelError("\(path) (\(module.className)) has no \(name)") }
        return child
    }

    mutating func parameter(_ tensor: NamedTensor, _ name: String, isTrainable: Bool = true) -> Int {
        groups.append(group)
        return graph.addParameter(
            NetworkParameter(name: name, shape: tensor.shape, values: tensor.values, isTrainable: isTrainable))
    }

    func tensor(_ module: ModuleRecord, _ name: String, _ path: String) throws -> NamedTensor {
        guard let tensor = module.tensors[name] else { throw ModelError("\(path).\(name) is missing") }
        return tensor
    }

    func activation(_ module: ModuleRecord?, _ path: String) throws -> NetworkGraph.Activation {
        switch module?.className {
        case "SiLU": .silu
        case "Identity", nil: .none
        case "ReLU": .leakyReLU(slope: 0)
        case "LeakyReLU":
            .leakyReLU(slope: try module?.number("negative_slope", in: -1...1, otherwise: 0.01, path) ?? 0.01)
        case .some(let name): throw ModelError("\(path) is a \(name), an activation that is not known here")
        }
    }

    /// Conv2d, then batch-norm (or, in a fused model, the convolution's bias), then the activation.
    mutating func convolutionBlock(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        if module.className == "GhostConv" { return try ghostConvolution(module, source, name) }
        return try convolution(
            try child(module, "conv", name), batchNorm: module["bn"],
            activation: try activation(module["act"], "\(name).act"),
            source, "\(name).conv", batchNormName: "\(name).bn", node: name)
    }

    mutating func batchNorm(_ module: ModuleRecord, _ name: String) throws -> NetworkGraph.BatchNorm {
        func part(_ key: String, isTrainable: Bool = true) throws -> Int {
            parameter(try tensor(module, key, name), "\(name).\(key)", isTrainable: isTrainable)
        }
        return .init(
            weight: try part("weight"), bias: try part("bias"),
            runningMean: try part("running_mean", isTrainable: false),
            runningVariance: try part("running_var", isTrainable: false),
            epsilon: try module.number("eps", in: 0...1, otherwise: 1e-3, name))
    }

    mutating func convolution(
        _ conv: ModuleRecord, batchNorm: ModuleRecord?, activation: NetworkGraph.Activation, _ source: Int,
        _ name: String, batchNormName: String, node: String
    ) throws -> Int {
        let weight = try tensor(conv, "weight", name)
        guard weight.shape.count == 4, !weight.values.isEmpty else {
            throw ModelError("\(name).weight is not of rank 4, or is empty")
        }
        guard NetworkBounds.channels.contains(weight.shape[0]), NetworkBounds.channels.contains(weight.shape[1]),
            NetworkBounds.kernel.contains(weight.shape[2]), NetworkBounds.kernel.contains(weight.shape[3])
        else {
            throw ModelError(
                "\(name).weight has the shape \(weight.shape), channels are up to \(NetworkBounds.channels.upperBound) "
                    + "and kernels up to \(NetworkBounds.kernel.upperBound)")
        }
        let stride = try conv.whole("stride", in: NetworkBounds.stride, otherwise: 1, name)
        let dilation = try conv.whole("dilation", in: NetworkBounds.dilation, otherwise: 1, name)
        let padding = try conv.pair("padding", in: NetworkBounds.padding, otherwise: 0, name)
        let groups = try conv.whole("groups", in: NetworkBounds.groups, otherwise: 1, name)
        let weightIndex = parameter(weight, "\(name).weight")
        var bias: Int?
        var norm: NetworkGraph.BatchNorm?
        if let batchNorm, batchNorm.className == "BatchNorm2d" {
            guard conv.tensors["bias"] == nil else {
                throw ModelError("\(name) has a bias beside its batch-norm, which no model that is known here has")
            }
            norm = try self.batchNorm(batchNorm, batchNormName)
        } else if let values = conv.tensors["bias"] {
            bias = parameter(values, "\(name).bias")
        }
        return graph.add(
            .convolution(
                .init(
                    weight: weightIndex, bias: bias, batchNorm: norm, outChannels: weight.shape[0],
                    kernelHeight: weight.shape[2], kernelWidth: weight.shape[3], stride: stride,
                    paddingHeight: padding.0, paddingWidth: padding.1, dilation: dilation,
                    groups: groups, activation: activation)),
            inputs: [source], name: node)
    }

    /// Modules of YOLOv5's first releases, v6, v7, v9, ghosts and transformers; nil for what none of them is.
    private mutating func addOther(
        _ module: ModuleRecord, _ sources: [Int], _ source: Int, _ name: String
    ) throws -> Int? {
        switch module.className {
        case "Focus": try focus(module, source, name)
        case "BottleneckCSP": try partialBottlenecks(module, source, name)
        case "GhostConv": try ghostConvolution(module, source, name)
        case "GhostBottleneck": try ghostBottleneck(module, source, name)
        case "RepConv" where module["rbr_dense"] != nil || module["rbr_reparam"] != nil:
            try branches(ofParallel: module, source, name)
        case "MP", "SP": try wrappedPool(module, source, name)
        case "SPPCSPC": try partialPooling(module, source, name)
        case "RepConv", "RepConvN": try parallelConvolutions(module, source, name)
        case "ELAN1", "RepNCSPELAN4": try elan(module, source, name)
        case "SPPELAN": try poolingElan(module, source, name)
        case "AConv": try averagedConvolution(module, source, name)
        case "ADown": try averagedHalves(module, source, name)
        case "CBLinear": try splitLinear(module, source, name)
        case "CBFuse": try fuse(module, sources, name)
        case "ConvTranspose2d": try transposedConvolution(module, source, name)
        case "TransformerBlock": try transformer(module, source, name)
        default: nil
        }
    }

    mutating func bottleneck(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let first = try add(try child(module, "cv1", name), [source], "\(name).cv1")
        let second = try convolutionBlock(try child(module, "cv2", name), first, "\(name).cv2")
        guard module.settings["add"]?.bool == true else { return second }
        return graph.add(.add, inputs: [source, second], name: "\(name).add")
    }

    /// cv3(concat(m(cv1(x)), cv2(x)))
    mutating func c3(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let first = try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")
        let deep = try add(try child(module, "m", name), [first], "\(name).m")
        let side = try convolutionBlock(try child(module, "cv2", name), source, "\(name).cv2")
        let joined = graph.add(.concatenate, inputs: [deep, side], name: "\(name).cat")
        return try convolutionBlock(try child(module, "cv3", name), joined, "\(name).cv3")
    }

    mutating func maxPool(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let kernel = try module.whole("kernel_size", in: NetworkBounds.kernel, otherwise: nil, name)
        let stride = try module.whole("stride", in: NetworkBounds.stride, otherwise: kernel, name)
        let padding = try module.whole("padding", in: 0...kernel - 1, otherwise: 0, name)
        return graph.add(.maxPool(kernel: kernel, stride: stride, padding: padding), inputs: [source], name: name)
    }

    /// A row of zeros below and a column at the right, as YOLOv3-tiny has before its last pool: a depthwise convolution
    /// that takes the last of two by two.
    private mutating func zeroPad(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        guard module.settings["padding"]?.list?.compactMap(\.int) == [0, 1, 0, 1], let channels = channels(of: source)
        else { throw ModelError("\(name) pads in a way that is not known here") }
        let values = (0..<4 * channels).map { $0 % 4 == 3 ? Float(1) : 0 }
        let weight = parameter(
            NamedTensor(shape: [channels, 1, 2, 2], values: values), "\(name).weight", isTrainable: false)
        return graph.add(
            .convolution(
                .init(
                    weight: weight, bias: nil, batchNorm: nil, outChannels: channels, kernelHeight: 2, kernelWidth: 2,
                    stride: 1, paddingHeight: 1, paddingWidth: 1, dilation: 1, groups: channels, activation: .none)),
            inputs: [source], name: name)
    }

    /// Pools one after the other, all kept.
    mutating func sppf(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        var parts = [try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")]
        let pool = try child(module, "m", name)
        let steps = try module.whole("n", in: 1...16, otherwise: 3, name)
        for step in 0..<steps { parts.append(try maxPool(pool, parts[step], "\(name).m.\(step)")) }
        let joined = graph.add(.concatenate, inputs: parts, name: "\(name).cat")
        let result = try convolutionBlock(try child(module, "cv2", name), joined, "\(name).cv2")
        guard module.settings["add"]?.bool == true else { return result }
        return graph.add(.add, inputs: [result, source], name: "\(name).add")
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
        guard module.settings["mode"]?.string ?? "nearest" == "nearest" else {
            throw ModelError("\(name) enlarges in a way that is not known here")
        }
        let factor = try module.whole("scale_factor", in: NetworkBounds.factor, otherwise: nil, name)
        return graph.add(.upsampleNearest(factor: factor), inputs: [source], name: name)
    }
}
