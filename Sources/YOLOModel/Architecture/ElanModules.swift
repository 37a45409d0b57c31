import NeuralKernels

/// Blocks of v9: convolutions side by side, chains whose every step is kept, and average pools.
extension GraphBuilder {
    /// act(conv1(x) + conv2(x)), and where there is one the batch-norm of x itself; once fused, one convolution.
    mutating func parallelConvolutions(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let last = try activation(module["act"], "\(name).act")
        if let fused = module["conv"] {
            return try convolution(
                fused, batchNorm: nil, activation: last, source, "\(name).conv", batchNormName: "", node: name)
        }
        let parts = try ["conv1", "conv2"].map {
            try convolutionBlock(try child(module, $0, name), source, "\(name).\($0)")
        }
        return try sum(parts, withNorm: "bn", of: module, source, name, activation: last)
    }

    /// act(the parts [+ the batch-norm of x itself, where the module has one of that name]).
    mutating func sum(
        _ parts: [Int], withNorm key: String, of module: ModuleRecord, _ source: Int, _ name: String,
        activation: NetworkGraph.Activation
    ) throws -> Int {
        var parts = parts
        if let norm = module[key], norm.className == "BatchNorm2d", let channels = channels(of: source) {
            parts.append(try normalized(source, by: norm, "\(name).\(key)", channels: channels, of: name))
        }
        let sum = graph.add(.add, inputs: parts, name: "\(name).add")
        return activation == .none ? sum : graph.add(.activation(activation), inputs: [sum], name: "\(name).act")
    }

    /// The halves of cv1's result, then cv2 of the last of them, then cv3 of that; cv4 reads all.
    mutating func elan(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let (whole, half) = try halves(module, source, name)
        let second = try add(try child(module, "cv2", name), [half], "\(name).cv2")
        let third = try add(try child(module, "cv3", name), [second], "\(name).cv3")
        let joined = graph.add(.concatenate, inputs: [whole, second, third], name: "\(name).cat")
        return try convolutionBlock(try child(module, "cv4", name), joined, "\(name).cv4")
    }

    /// Three pools one after the other, all kept.
    mutating func poolingElan(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        var parts = [try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")]
        for key in ["cv2", "cv3", "cv4"] {
            parts.append(try maxPool(try child(module, key, name), parts[parts.count - 1], "\(name).\(key)"))
        }
        let joined = graph.add(.concatenate, inputs: parts, name: "\(name).cat")
        return try convolutionBlock(try child(module, "cv5", name), joined, "\(name).cv5")
    }

    /// The mean of two by two pixels, each step one pixel.
    private mutating func average(_ source: Int, _ name: String) throws -> Int {
        guard let channels = channels(of: source) else { throw ModelError("\(name) does not know its channels") }
        let weight = fixedKernel([0.25, 0.25, 0.25, 0.25], side: 2, channels: channels, name: "\(name).average")
        return graph.add(
            .convolution(
                .init(weight: weight, outChannels: channels, kernelHeight: 2, kernelWidth: 2, groups: channels)),
            inputs: [source], name: "\(name).average")
    }

    /// An average pool, then a convolution of half the size.
    mutating func averagedConvolution(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        try convolutionBlock(try child(module, "cv1", name), try average(source, name), "\(name).cv1")
    }

    /// An average pool, of whose halves one goes through a convolution and the other through a max pool and another one.
    mutating func averagedHalves(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let mean = try average(source, name)
        guard let channels = channels(of: mean), channels % 2 == 0 else {
            throw ModelError("\(name) cannot be cut in halves")
        }
        let first = graph.add(.slice(from: 0, count: channels / 2), inputs: [mean], name: "\(name).first")
        let second = graph.add(
            .slice(from: channels / 2, count: channels / 2), inputs: [mean], name: "\(name).second")
        let pooled = graph.add(.maxPool(kernel: 3, stride: 2, padding: 1), inputs: [second], name: "\(name).pool")
        let parts = [
            try convolutionBlock(try child(module, "cv1", name), first, "\(name).cv1"),
            try convolutionBlock(try child(module, "cv2", name), pooled, "\(name).cv2"),
        ]
        return graph.add(.concatenate, inputs: parts, name: "\(name).cat")
    }

    // MARK: v9e

    /// A 1×1 convolution whose channels are several results.
    mutating func splitLinear(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let whole = try add(try child(module, "conv", name), [source], "\(name).conv")
        let widths = (module.settings["c2s"] ?? module.settings["channels"])?.list?.compactMap(\.int) ?? []
        guard !widths.isEmpty, widths.allSatisfy({ $0 > 0 }), widths.reduce(0, +) == channels(of: whole) else {
            throw ModelError("\(name) does not say what its channels are")
        }
        var from = 0
        splits[whole] = widths.enumerated().map { index, width in
            defer { from += width }
            return graph.add(.slice(from: from, count: width), inputs: [whole], name: "\(name).\(index)")
        }
        return whole
    }

    /// Parts of several results, enlarged to the size of the last, and it: their sum.
    mutating func fuse(_ module: ModuleRecord, _ sources: [Int], _ name: String) throws -> Int {
        let places = module.settings["idx"]?.list?.compactMap(\.int) ?? []
        guard let last = sources.last, places.count == sources.count - 1, let scale = facts.of(last, in: graph).scale
        else {
            throw ModelError("\(name) does not say what it reads")
        }
        let parts = try zip(sources, places).map { source, place -> Int in
            guard let parts = splits[source], parts.indices.contains(place),
                let own = facts.of(source, in: graph).scale,
                own % scale == 0
            else { throw ModelError("\(name) reads a part that is not there") }
            guard own > scale else { return parts[place] }
            return graph.add(.upsampleNearest(factor: own / scale), inputs: [parts[place]], name: "\(name).\(place)")
        }
        return graph.add(.add, inputs: parts + [last], name: "\(name).add")
    }
}
