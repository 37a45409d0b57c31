import CheckedNumbers
import NeuralKernels

/// The detection heads of the families.
extension GraphBuilder {
    struct Head {
        var family: ModelFamily
        var classCount: Int
        var strides: [Int]
        var bins = 0
        /// Nil where boxes are upright.
        var angles: AngleCoding?
        var anchors: [[(width: Double, height: Double)]] = []
    }

    /// Heads of the same form with more beside the boxes, which is left out.
    static let boxHeads: Set<String> = [
        "Detect", "IDetect", "v10Detect", "Segment", "Segment26", "Pose", "Pose26", "OBB", "OBB26",
    ]
    /// Of turned boxes, with how they say the angle.
    private static let turnedHeads: [String: AngleCoding] = ["OBB": .logistic, "OBB26": .plain]

    /// Why a model's loss cannot be computed here, in a line; nil where it can.
    static func refusal(of head: ModuleRecord) -> String? {
        switch head.className {
        case "Classify": "is a classifier, not a detector: it says of an image what it shows, and has no boxes"
        case "RTDETRDecoder":
            "is RT-DETR: it matches a set of predictions with the labels, a loss that is not known here"
        case "WorldDetect": "is YOLO-World: its classes are texts, whose embeddings a loss here knows nothing of"
        case let name where name.hasPrefix("YOLOE"):
            "is YOLOE: its classes are texts, whose embeddings a loss here knows nothing of"
        case "IAuxDetect", "IBin":
            "is a YOLOv7 of the sizes w6 to e6e, trained with auxiliary heads: a loss that is not known here"
        case "DualDDetect", "TripleDDetect", "DualDetect", "TripleDetect":
            "is a YOLOv9 of its own repository with auxiliary heads: a loss that is not known here; Ultralytics' is"
        case "SemanticSegment", "Semantic", "Depth":
            "is no detector: it says something of every pixel, and has no boxes"
        default: nil
        }
    }

    /// Adds the head's nodes and the graph's outputs.
    mutating func detect(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        guard Self.boxHeads.contains(module.className) else {
            throw ModelError("the head \(name) is a \(module.className), which is not known here")
        }
        if module["m"] != nil { return try anchorHead(module, sources, name) }
        return module["one2one_cv2"] == nil
            ? try oneHead(module, sources, name) : try twoHeads(module, sources, name)
    }

    /// YOLOv5's head: a 1×1 convolution a level, with anchors in grid units beside it.
    private mutating func anchorHead(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        guard let convolutions = module["m"]?.children,
            let anchors = module.tensors["anchors"]
        else {
            throw ModelError("the head \(name) is a \(module.className) without anchors, which is not known here")
        }
        guard anchors.shape.count == 3, anchors.shape[2] == 2, convolutions.count == sources.count,
            anchors.shape[0] == sources.count, NetworkBounds.levels.contains(sources.count),
            anchors.shape.checkedProduct() == anchors.values.count,
            NetworkBounds.anchors.contains(anchors.values.count / 2)
        else { throw ModelError("the head \(name) has anchors and levels that do not fit together") }
        // A trainer that is yet to find anchors counts from 0 in their place.
        if let wrong = anchors.values.first(where: { !($0 >= 0 && $0 < 1e6) }) {
            throw ModelError("the head \(name) has the anchor side \(wrong), which must be from 0 to 10⁶")
        }
        // What a segmentation model says of masks stands behind each anchor's classes.
        let more = try module.whole("nm", in: 0...4_096, otherwise: 0, name)
        let classCount = try module.whole("nc", in: NetworkBounds.classCount, otherwise: nil, name)
        let known = try module.tensors["stride"]?.strides(levels: sources.count, name)
        // The usual ones, where they are not out of bounds.
        let strides = known ?? sources.indices.map { 8 << min($0, 9) }
        let isImplicit = module.className == "IDetect"
        for (level, conv) in convolutions.enumerated() {
            let source =
                isImplicit ? try added(module, sources[level], level, name) : sources[level]
            var node = try convolution(
                conv.module, batchNorm: nil, activation: .none, source, "\(name).m.\(level)",
                batchNormName: "", node: "\(name).m.\(level)")
            if isImplicit { node = try multiplied(module, node, level, name) }
            guard let channels = channels(of: node), channels == anchors.shape[1] * (5 + classCount + more) else {
                throw ModelError("\(name).m.\(level) has not \(anchors.shape[1]) × (5 + \(classCount)) channels")
            }
            graph.outputs.append(
                more == 0
                    ? node : parts(of: node, anchors.shape[1], 5 + classCount, of: 5 + classCount + more, name, level))
        }
        let perLevel = anchors.shape[1]
        let inPixels = sources.indices.map { level in
            (0..<perLevel).map { index in
                let at = 2 * (level * perLevel + index)
                let stride = Double(strides[level])
                return (width: Double(anchors.values[at]) * stride, height: Double(anchors.values[at + 1]) * stride)
            }
        }
        return Head(family: isImplicit ? .v7 : .v5, classCount: classCount, strides: strides, anchors: inPixels)
    }

    /// The first channels of each of several groups.
    private mutating func parts(
        of node: Int, _ groups: Int, _ count: Int, of all: Int, _ name: String, _ level: Int
    ) -> Int {
        let slices = (0..<groups).map { group in
            graph.add(.slice(from: group * all, count: count), inputs: [node], name: "\(name).boxes.\(level).\(group)")
        }
        return graph.add(.concatenate, inputs: slices, name: "\(name).boxes.\(level)")
    }

    // MARK: Without anchors

    /// One head for many matches a label: a level's distances and its class logits, two outputs a level; of turned boxes,
    /// the angle for the third.
    private mutating func oneHead(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        var head = try settings(module, sources, name)
        head.family = .v8
        try branches(module, "", sources, name, head)
        return head
    }

    /// Two heads: for many matches a label, and for a single match, which sees the features detached.
    private mutating func twoHeads(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        let head = try settings(module, sources, name)
        try branches(module, "", sources, name, head)
        let detached = sources.enumerated().map {
            graph.add(.detach, inputs: [$1], name: "\(name).detach.\($0)")
        }
        try branches(module, "one2one_", detached, name, head)
        return head
    }

    private func settings(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Head {
        let classCount = try module.whole("nc", in: NetworkBounds.classCount, otherwise: nil, name)
        let bins = try module.whole("reg_max", in: 1...64, otherwise: YOLOv8Loss.usualBins, name)
        guard let strides = try module.tensors["stride"]?.strides(levels: sources.count, name) else {
            throw ModelError("the head \(name) has no strides")
        }
        return Head(
            family: bins == 1 ? .v26 : .v10, classCount: classCount, strides: strides, bins: bins,
            angles: Self.turnedHeads[module.className])
    }

    /// A box branch and a class branch a level, and one for the angle of turned boxes; their results are outputs.
    private mutating func branches(
        _ module: ModuleRecord, _ prefix: String, _ sources: [Int], _ name: String, _ head: Head
    ) throws {
        let coding = DistanceCoding(bins: head.bins)
        let parts = [("cv2", coding.channels), ("cv3", head.classCount)] + (head.angles == nil ? [] : [("cv4", 1)])
        for (level, source) in sources.enumerated() {
            for (branch, wanted) in parts.map({ (prefix + $0.0, $0.1) }) {
                let path = "\(name).\(branch).\(level)"
                guard let layers = module[branch]?["\(level)"] else { throw ModelError("\(path) is missing") }
                let node = try add(layers, [source], path)
                guard case .convolution = graph.nodes[node].operation, channels(of: node) == wanted else {
                    throw ModelError("\(path) does not end in a convolution to \(wanted) channels")
                }
                graph.outputs.append(node)
            }
        }
    }
}
