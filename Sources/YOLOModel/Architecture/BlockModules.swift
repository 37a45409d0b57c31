import NeuralKernels

/// Blocks of v8 and later that are made of convolutions.
extension GraphBuilder {
    /// Convolution blocks one after the other.
    mutating func convolutions(_ children: [String], of module: ModuleRecord, _ source: Int, _ name: String) throws
        -> Int
    {
        try children.reduce(source) { try convolutionBlock(try child(module, $1, name), $0, "\(name).\($1)") }
    }

    /// cv1 makes two halves; each block reads what the one before it made, the first one the second half; cv2 reads all.
    mutating func c2f(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let (whole, half) = try halves(module, source, name)
        // The two halves stand together already.
        var parts = [whole]
        var last = half
        for block in try child(module, "m", name).children {
            last = try add(block.module, [last], "\(name).m.\(block.name)")
            parts.append(last)
        }
        let joined = graph.add(.concatenate, inputs: parts, name: "\(name).cat")
        return try convolutionBlock(try child(module, "cv2", name), joined, "\(name).cv2")
    }

    /// cv1 makes two halves; the first goes through the blocks, the second passes by.
    mutating func c2(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let (whole, half) = try halves(module, source, name)
        let count = (channels(of: whole) ?? 0) / 2
        let first = graph.add(.slice(from: 0, count: count), inputs: [whole], name: "\(name).first")
        let deep = try add(try child(module, "m", name), [first], "\(name).m")
        let joined = graph.add(.concatenate, inputs: [deep, half], name: "\(name).cat")
        return try convolutionBlock(try child(module, "cv2", name), joined, "\(name).cv2")
    }

    /// Channels of a node's result, whatever the size of the image; nil where it does not say.
    mutating func channels(of node: Int) -> Int? { facts.of(node, in: graph).channels }

    /// A fixed or trained number for each channel that multiplies it, with a shift: a depthwise 1×1 convolution.
    mutating func channelwise(
        _ source: Int, weight: Int, bias: Int? = nil, batchNorm: NetworkGraph.BatchNorm? = nil, channels: Int,
        name: String
    ) -> Int {
        graph.add(
            .convolution(
                .init(
                    weight: weight, bias: bias, batchNorm: batchNorm, outChannels: channels, kernelHeight: 1,
                    kernelWidth: 1, groups: channels)), inputs: [source], name: name)
    }

    /// A batch-norm by itself: that of a depthwise convolution by one.
    ///
    /// - Parameters:
    ///   - path: of the batch-norm, by which its node is called as well.
    ///   - name: of the module that it belongs to.
    mutating func normalized(
        _ source: Int, by module: ModuleRecord, _ path: String, channels: Int, of name: String
    ) throws -> Int {
        let ones = fixedKernel([1], side: 1, channels: channels, name: "\(name).identity")
        return channelwise(
            source, weight: ones, batchNorm: try batchNorm(module, path), channels: channels, name: path)
    }

    /// The weights of a depthwise convolution that nobody trains.
    mutating func fixedKernel(_ values: [Float], side: Int, channels: Int, name: String) -> Int {
        let all = (0..<channels).flatMap { _ in values }
        return parameter(NamedTensor(shape: [channels, 1, side, side], values: all), name, isTrainable: false)
    }

    /// cv1's result, and the second half of its channels.
    mutating func halves(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> (whole: Int, half: Int) {
        let whole = try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")
        guard let channels = channels(of: whole), channels % 2 == 0 else {
            throw ModelError("\(name).cv1 cannot be cut in halves")
        }
        let half = graph.add(
            .slice(from: channels / 2, count: channels / 2), inputs: [whole], name: "\(name).half")
        return (whole, half)
    }

    /// Depthwise and pointwise convolutions in turn, with a residual.
    mutating func cib(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let result = try add(try child(module, "cv1", name), [source], "\(name).cv1")
        guard module.settings["add"]?.bool == true else { return result }
        return graph.add(.add, inputs: [source, result], name: "\(name).add")
    }

    /// Two depthwise convolutions side by side, added before the activation.
    mutating func parallelDepthwise(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let wide = try convolutionBlock(try child(module, "conv", name), source, "\(name).conv")
        guard let other = module["conv1"] else {
            // A fused model has one convolution left.
            return graph.add(
                .activation(try activation(module["act"], "\(name).act")), inputs: [wide], name: "\(name).act")
        }
        let narrow = try convolutionBlock(other, source, "\(name).conv1")
        let sum = graph.add(.add, inputs: [wide, narrow], name: "\(name).add")
        return graph.add(
            .activation(try activation(module["act"], "\(name).act")), inputs: [sum], name: "\(name).act")
    }
}
