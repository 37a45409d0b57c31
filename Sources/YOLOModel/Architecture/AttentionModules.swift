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
        let joined = try convolutionBlock(try child(module, "qkv", name), source, "\(name).qkv")
        let attended = graph.add(
            .attention(
                .init(heads: heads, keyChannels: keys, valueChannels: width, areas: areas, scale: scale)),
            inputs: [joined], name: "\(name).attention")
        // The values of all heads, one after the other.
        let values = (0..<heads).map { head in
            graph.add(
                .slice(from: head * (2 * keys + width) + 2 * keys, count: width), inputs: [joined],
                name: "\(name).v.\(head)")
        }
        let together = heads == 1 ? values[0] : graph.add(.concatenate, inputs: values, name: "\(name).v")
        let places = try convolutionBlock(try child(module, "pe", name), together, "\(name).pe")
        let sum = graph.add(.add, inputs: [attended, places], name: "\(name).add")
        return try convolutionBlock(try child(module, "proj", name), sum, "\(name).proj")
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
