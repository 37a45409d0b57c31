import NeuralKernels

/// Blocks of v10, v11 and v12 with attention.
extension GraphBuilder {
    /// x + f(x) for each of the named children in turn.
    private mutating func residuals(
        _ children: [String], of module: ModuleRecord, _ source: Int, _ name: String, adds: Bool = true
    ) throws -> Int {
        try children.reduce(source) { before, key in
            let after = try add(try child(module, key, name), [before], "\(name).\(key)")
            return adds ? graph.add(.add, inputs: [before, after], name: "\(name).\(key).add") : after
        }
    }

    /// The first half of cv1's result as it is, the second half after attention and a feed-forward part.
    mutating func psa(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        try besideFirstHalf(module, source, name) { builder, half in
            try builder.residuals(["attn", "ffn"], of: module, half, name)
        }
    }

    /// The same with a row of blocks.
    mutating func c2psa(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let blocks = try child(module, "m", name)
        return try besideFirstHalf(module, source, name) { builder, half in
            try builder.add(blocks, [half], "\(name).m")
        }
    }

    private mutating func besideFirstHalf(
        _ module: ModuleRecord, _ source: Int, _ name: String, _ body: (inout GraphBuilder, Int) throws -> Int
    ) throws -> Int {
        let (whole, half) = try halves(module, source, name)
        let count = (channels(of: whole) ?? 0) / 2
        let first = graph.add(.slice(from: 0, count: count), inputs: [whole], name: "\(name).first")
        let joined = graph.add(
            .concatenate, inputs: [first, try body(&self, half)], name: "\(name).cat")
        return try convolutionBlock(try child(module, "cv2", name), joined, "\(name).cv2")
    }

    mutating func psaBlock(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        try residuals(["attn", "ffn"], of: module, source, name, adds: module.settings["add"]?.bool ?? true)
    }

    mutating func areaBlock(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        try residuals(["attn", "mlp"], of: module, source, name)
    }

    /// proj(attention(qkv(x)) + pe(v)), pe a depthwise convolution that tells places apart.
    mutating func attention(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let heads = try module.whole("num_heads", in: 1...1_024, otherwise: nil, name)
        let width = try module.whole("head_dim", in: 1...4_096, otherwise: nil, name)
        let keys = try module.whole("key_dim", in: 1...4_096, otherwise: width, name)
        let areas = try module.whole("area", in: 1...1_024, otherwise: 1, name)
        let scale = try module.number("scale", in: 0...1_024, otherwise: 1 / Double(keys).squareRoot(), name)
        let (joined, together) =
            module["qkv"] == nil && module["qk"] != nil
            ? try separateValues(module, source, name, heads: heads, width: width)
            : try joinedValues(module, source, name, heads: heads, keys: keys, width: width)
        let attended = graph.add(
            .attention(
                .init(heads: heads, keyChannels: keys, valueChannels: width, areas: areas, scale: scale)),
            inputs: [joined], name: "\(name).attention")
        let places = try convolutionBlock(try child(module, "pe", name), together, "\(name).pe")
        let sum = graph.add(.add, inputs: [attended, places], name: "\(name).add")
        return try convolutionBlock(try child(module, "proj", name), sum, "\(name).proj")
    }

    /// Queries, keys and values of one convolution, head by head.
    ///
    /// - Returns: all of them, and the values of all heads, one after the other.
    private mutating func joinedValues(
        _ module: ModuleRecord, _ source: Int, _ name: String, heads: Int, keys: Int, width: Int
    ) throws -> (joined: Int, values: Int) {
        let joined = try convolutionBlock(try child(module, "qkv", name), source, "\(name).qkv")
        let values = (0..<heads).map { head in
            graph.add(
                .slice(from: head * (2 * keys + width) + 2 * keys, count: width), inputs: [joined],
                name: "\(name).v.\(head)")
        }
        return (
            joined, heads == 1 ? values[0] : graph.add(.concatenate, inputs: values, name: "\(name).v")
        )
    }

    /// As YOLOv12's own repository has it: the queries of all heads, then their keys, in one convolution, the values in another.
    private mutating func separateValues(
        _ module: ModuleRecord, _ source: Int, _ name: String, heads: Int, width: Int
    ) throws -> (joined: Int, values: Int) {
        let pairs = try convolutionBlock(try child(module, "qk", name), source, "\(name).qk")
        let values = try convolutionBlock(try child(module, "v", name), source, "\(name).v")
        let wide = heads * width
        guard channels(of: pairs) == 2 * wide, channels(of: values) == wide else {
            throw ModelError("\(name).qk and \(name).v do not have the channels of \(heads) heads of \(width)")
        }
        var parts: [Int] = []
        for head in 0..<heads {
            for (kind, node, from) in [("q", pairs, 0), ("k", pairs, wide), ("v", values, 0)] {
                parts.append(
                    graph.add(
                        .slice(from: from + head * width, count: width), inputs: [node],
                        name: "\(name).\(kind).\(head)"))
            }
        }
        return (graph.add(.concatenate, inputs: parts, name: "\(name).qkv"), values)
    }

    /// As C2f without halves; in larger variants with a residual that γ scales channel by channel.
    mutating func a2c2f(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        var parts = [try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")]
        for block in try child(module, "m", name).children {
            parts.append(try add(block.module, [parts[parts.count - 1]], "\(name).m.\(block.name)"))
        }
        let joined = graph.add(.concatenate, inputs: parts, name: "\(name).cat")
        let result = try convolutionBlock(try child(module, "cv2", name), joined, "\(name).cv2")
        guard var gamma = module.tensors["gamma"] else { return result }
        // A channel's factor is a 1×1 convolution of that channel alone.
        let channels = gamma.values.count
        gamma.shape = [channels, 1, 1, 1]
        let scaled = channelwise(
            result, weight: parameter(gamma, "\(name).gamma"), channels: channels, name: "\(name).gamma")
        return graph.add(.add, inputs: [source, scaled], name: "\(name).add")
    }
}
