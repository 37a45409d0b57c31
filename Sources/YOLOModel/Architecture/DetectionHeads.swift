import NeuralKernels

/// The detection heads of the families.
extension GraphBuilder {
    struct Head {
        var family: ModelFamily
        var classCount: Int
        var strides: [Int]
        var anchors: [[(width: Double, height: Double)]]
    }

    /// Adds the head's nodes and the graph's outputs.
    mutating func detect(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        switch module.className {
        case "Detect" where module["m"] != nil: return try anchorHead(module, sources, name)
        case "Detect" where module["one2one_cv2"] == nil: return try distributionHead(module, sources, name)
        case "Detect", "v10Detect": return try twoHeads(module, sources, name)
        default: throw ModelError("the head \(name) is a \(module.className), which is not known here")
        }
    }

    /// YOLOv5's head: a 1×1 convolution a level, with anchors in grid units beside it.
    private mutating func anchorHead(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        guard let convolutions = module["m"]?.children,
            let anchors = module.tensors["anchors"]
        else {
            throw ModelError("the head \(name) is a \(module.className) without anchors, which is not known here")
        }
        guard anchors.shape.count == 3, anchors.shape[2] == 2, convolutions.count == sources.count,
            anchors.shape[0] == sources.count, let classCount = module.settings["nc"]?.int,
            (1...100_000).contains(classCount)
        else { throw ModelError("the head \(name) has anchors and levels that do not fit together") }
        let known = module.tensors["stride"]?.values.filter { $0 >= 1 && $0 <= 1_048_576 }.map { Int($0) }
        let strides = known ?? sources.indices.map { 8 << $0 }
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
        return Head(family: .v5, classCount: classCount, strides: strides, anchors: inPixels)
    }

    // MARK: Without anchors

    /// The head of v8, v11 and v12: a level's distance distributions and its class logits, two outputs a level.
    private mutating func distributionHead(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        let head = try settings(module, sources, name, family: .v8)
        try branches(module, "cv2", "cv3", sources, name, classCount: head.classCount)
        return head
    }

    /// The head of v10: one for many matches a label, and one for a single match that sees the features detached.
    private mutating func twoHeads(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        let head = try settings(module, sources, name, family: .v10)
        try branches(module, "cv2", "cv3", sources, name, classCount: head.classCount)
        let detached = sources.enumerated().map {
            graph.add(.detach, inputs: [$1], name: "\(name).detach.\($0)")
        }
        try branches(module, "one2one_cv2", "one2one_cv3", detached, name, classCount: head.classCount)
        return head
    }

    private func settings(
        _ module: ModuleRecord, _ sources: [Int], _ name: String, family: ModelFamily
    ) throws -> Head {
        guard let classCount = module.settings["nc"]?.int, (1...100_000).contains(classCount) else {
            throw ModelError("the head \(name) does not say how many classes it has")
        }
        let bins = module.settings["reg_max"]?.int ?? YOLOv8Loss.bins
        guard bins == YOLOv8Loss.bins else {
            throw ModelError("the head \(name) has \(bins) bins a distance, \(YOLOv8Loss.bins) are known here")
        }
        let strides = module.tensors["stride"]?.values.filter { $0 >= 1 && $0 <= 1_024 }.map { Int($0) }
        guard let strides, strides.count == sources.count else { throw ModelError("the head \(name) has no strides") }
        return Head(family: family, classCount: classCount, strides: strides, anchors: [])
    }

    /// A box branch and a class branch a level; their results are outputs.
    private mutating func branches(
        _ module: ModuleRecord, _ box: String, _ classes: String, _ sources: [Int], _ name: String, classCount: Int
    ) throws {
        for (level, source) in sources.enumerated() {
            for (branch, channels) in [(box, 4 * YOLOv8Loss.bins), (classes, classCount)] {
                let path = "\(name).\(branch).\(level)"
                guard let layers = module[branch]?["\(level)"] else { throw ModelError("\(path) is missing") }
                let node = try add(layers, [source], path)
                guard case .convolution(let last) = graph.nodes[node].operation, last.outChannels == channels else {
                    throw ModelError("\(path) does not end in a convolution to \(channels) channels")
                }
                graph.outputs.append(node)
            }
        }
    }
}
