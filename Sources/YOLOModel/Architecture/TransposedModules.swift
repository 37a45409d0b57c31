import NeuralKernels

/// What v6 enlarges with, and YOLOv5's transformer.
extension GraphBuilder {
    /// A transposed convolution whose windows do not overlap: a 1×1 convolution to a channel for each place of the window,
    /// and these channels laid out as pixels.
    mutating func transposedConvolution(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let given = try tensor(module, "weight", name)
        let factor = module.settings["stride"]?.side ?? 0
        guard (2...8).contains(factor), module.settings["kernel_size"]?.side == factor,
            module.settings["padding"]?.side ?? 0 == 0, module.settings["output_padding"]?.side ?? 0 == 0,
            module.settings["groups"]?.int ?? 1 == 1, given.shape.count == 4, let inputs = channels(of: source)
        else { throw ModelError("\(name) is a transposed convolution of a form that is not known here") }
        let window = factor * factor
        var weight = given
        if given.shape != [given.shape[0], inputs, 1, 1] {
            guard given.shape[0] == inputs, given.shape[2] == factor, given.shape[3] == factor else {
                throw ModelError("\(name).weight has the shape \(given.shape)")
            }
            // [in, out, y, x] to [out·y·x, in, 1, 1].
            let rows = given.shape[1] * window
            weight.shape = [rows, inputs, 1, 1]
            for row in 0..<rows {
                for input in 0..<inputs { weight.values[row * inputs + input] = given.values[input * rows + row] }
            }
        }
        let rows = weight.shape[0]
        guard rows % window == 0 else { throw ModelError("\(name).weight has the shape \(given.shape)") }
        let spread = graph.add(
            .convolution(
                .init(weight: parameter(weight, "\(name).weight"), outChannels: rows, kernelHeight: 1, kernelWidth: 1)),
            inputs: [source], name: "\(name).spread")
        let laid = graph.add(.pixelShuffle(factor: factor), inputs: [spread], name: "\(name).shuffle")
        guard let bias = module.tensors["bias"] else { return laid }
        let ones = fixedKernel([1], side: 1, channels: rows / window, name: "\(name).ones")
        return channelwise(
            laid, weight: ones, bias: parameter(bias, "\(name).bias"), channels: rows / window, name: name)
    }

    /// x + linear(x), then layers of attention between all pixels and of two linear maps, each with a residual.
    mutating func transformer(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        var before = source
        if let conv = module["conv"] { before = try convolutionBlock(conv, source, "\(name).conv") }
        let placed = try linear(try child(module, "linear", name), "weight", before, "\(name).linear")
        var result = graph.add(.add, inputs: [before, placed], name: "\(name).add")
        for layer in try child(module, "tr", name).children {
            result = try transformerLayer(layer.module, result, "\(name).tr.\(layer.name)")
        }
        return result
    }

    private mutating func transformerLayer(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let heads = try child(module, "ma", name)
        let path = "\(name).ma"
        guard let count = heads.settings["num_heads"]?.int, let width = channels(of: source), (1...64).contains(count),
            width % count == 0
        else { throw ModelError("\(path) does not say how many heads it has") }
        let asked = try ["q", "k", "v"].map {
            try linear(try child(module, $0, name), "weight", source, "\(name).\($0)")
        }
        let joined = graph.add(.concatenate, inputs: asked, name: "\(path).cat")
        // Queries, keys and values have a map each: one convolution in three groups.
        let mapped = try linear(heads, "in_proj_weight", joined, path, bias: "in_proj_bias", groups: 3)
        let each = width / count
        let byHead = (0..<count).flatMap { head in
            (0..<3).map { part in
                graph.add(
                    .slice(from: part * width + head * each, count: each), inputs: [mapped],
                    name: "\(path).\(head).\(part)")
            }
        }
        let attended = graph.add(
            .attention(
                .init(
                    heads: count, keyChannels: each, valueChannels: each, areas: 1,
                    scale: 1 / Float(each).squareRoot())),
            inputs: [graph.add(.concatenate, inputs: byHead, name: "\(path).heads")], name: "\(path).attention")
        let out = try linear(try child(heads, "out_proj", path), "weight", attended, "\(path).out_proj")
        let first = graph.add(.add, inputs: [out, source], name: "\(name).add1")
        let inner = try linear(try child(module, "fc1", name), "weight", first, "\(name).fc1")
        let second = try linear(try child(module, "fc2", name), "weight", inner, "\(name).fc2")
        return graph.add(.add, inputs: [second, first], name: "\(name).add2")
    }

    /// A linear map of every pixel's channels: a 1×1 convolution.
    private mutating func linear(
        _ module: ModuleRecord, _ key: String, _ source: Int, _ name: String, bias: String = "bias", groups: Int = 1
    ) throws -> Int {
        var weight = try tensor(module, key, name)
        guard [2, 4].contains(weight.shape.count) else { throw ModelError("\(name).\(key) is not of rank 2") }
        weight.shape = Array(weight.shape.prefix(2)) + [1, 1]
        let shift = module.tensors[bias]
        return graph.add(
            .convolution(
                .init(
                    weight: parameter(weight, "\(name).\(key)"), bias: shift.map { parameter($0, "\(name).\(bias)") },
                    outChannels: weight.shape[0], kernelHeight: 1, kernelWidth: 1, groups: groups)),
            inputs: [source], name: name)
    }
}
