import NeuralKernels

/// Blocks of v7, and the numbers that its head learns beside the convolutions.
extension GraphBuilder {
    /// Modules that are a max pool and nothing else.
    mutating func wrappedPool(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        try maxPool(try child(module, "m", name), source, "\(name).m")
    }

    /// Pools of several sizes between convolutions, beside a convolution of the whole.
    mutating func partialPooling(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        func step(_ builder: inout GraphBuilder, _ part: String, _ source: Int) throws -> Int {
            try builder.convolutionBlock(try builder.child(module, part, name), source, "\(name).\(part)")
        }
        let deep = try ["cv1", "cv3", "cv4"].reduce(source) { try step(&self, $1, $0) }
        var parts = [deep]
        for pool in try child(module, "m", name).children {
            parts.append(try maxPool(pool.module, deep, "\(name).m.\(pool.name)"))
        }
        let pooled = graph.add(.concatenate, inputs: parts, name: "\(name).pools")
        let first = try ["cv5", "cv6"].reduce(pooled) { try step(&self, $1, $0) }
        let second = try step(&self, "cv2", source)
        let joined = graph.add(.concatenate, inputs: [first, second], name: "\(name).cat")
        return try step(&self, "cv7", joined)
    }

    /// act(3 × 3 + 1 × 1 [+ the batch-norm of x itself]), each convolution with its batch-norm; fused: one convolution.
    mutating func branches(ofParallel module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let last = try activation(module["act"], "\(name).act")
        if let fused = module["rbr_reparam"] {
            return try convolution(
                fused, batchNorm: nil, activation: last, source, "\(name).rbr_reparam", batchNormName: "", node: name)
        }
        let parts = try ["rbr_dense", "rbr_1x1"].map { branch -> Int in
            let pair = try child(module, branch, name)
            return try convolution(
                try child(pair, "0", "\(name).\(branch)"), batchNorm: pair["1"], activation: .none, source,
                "\(name).\(branch).0", batchNormName: "\(name).\(branch).1", node: "\(name).\(branch)")
        }
        return try sum(parts, withNorm: "rbr_identity", of: module, source, name, activation: last)
    }

    // MARK: The head

    /// x + a, a number a channel.
    mutating func added(_ module: ModuleRecord, _ source: Int, _ level: Int, _ name: String) throws -> Int {
        let (values, path) = try implicit(module, "ia", level, channels(of: source), name)
        let ones = fixedKernel([1], side: 1, channels: values.count, name: "\(path).ones")
        let bias = parameter(NamedTensor(shape: [values.count], values: values), "\(path).implicit")
        return channelwise(source, weight: ones, bias: bias, channels: values.count, name: path)
    }

    /// m · x, a number a channel.
    mutating func multiplied(_ module: ModuleRecord, _ source: Int, _ level: Int, _ name: String) throws -> Int {
        let (values, path) = try implicit(module, "im", level, channels(of: source), name)
        let weight = parameter(NamedTensor(shape: [values.count, 1, 1, 1], values: values), "\(path).implicit")
        return channelwise(source, weight: weight, channels: values.count, name: path)
    }

    private func implicit(
        _ module: ModuleRecord, _ kind: String, _ level: Int, _ channels: Int?, _ name: String
    ) throws -> (values: [Float], path: String) {
        let path = "\(name).\(kind).\(level)"
        guard let values = module[kind]?["\(level)"]?.tensors["implicit"]?.values else {
            throw ModelError("\(path) is missing")
        }
        guard values.count == channels else {
            throw ModelError("\(path) has \(values.count) numbers for \(channels ?? 0) channels")
        }
        return (values, path)
    }
}
