import NeuralKernels

/// Blocks of YOLOv5 until its release 5.0, which checkpoints of those years have.
extension GraphBuilder {
    /// The four pixels of each two by two side by side in the channels, then a convolution block: of all channels the pixels of
    /// even rows and columns, then those of odd rows, those of odd columns, and those of both.
    mutating func focus(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        guard let channels = channels(of: source), NetworkBounds.channels.contains(4 * channels) else {
            throw ModelError("\(name) gathers pixels of more channels than a network may have")
        }
        // A convolution of ones and zeros, of two by two with a step of two.
        var values = [Float](repeating: 0, count: 4 * channels * channels * 4)
        for quarter in 0..<4 {
            let (below, right) = (quarter % 2, quarter / 2)
            for channel in 0..<channels {
                values[((quarter * channels + channel) * channels + channel) * 4 + 2 * below + right] = 1
            }
        }
        let weight = parameter(
            NamedTensor(shape: [4 * channels, channels, 2, 2], values: values), "\(name).gather", isTrainable: false)
        let gathered = graph.add(
            .convolution(
                .init(
                    weight: weight, bias: nil, batchNorm: nil, outChannels: 4 * channels, kernelHeight: 2,
                    kernelWidth: 2, stride: 2)), inputs: [source], name: "\(name).gather")
        return try convolutionBlock(try child(module, "conv", name), gathered, "\(name).conv")
    }

    /// cv4(act(bn(concat(cv3(m(cv1(x))), cv2(x))))), cv2 and cv3 without norms of their own.
    mutating func partialBottlenecks(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let first = try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")
        let inner = try add(try child(module, "m", name), [first], "\(name).m")
        let deep = try add(try child(module, "cv3", name), [inner], "\(name).cv3")
        let side = try add(try child(module, "cv2", name), [source], "\(name).cv2")
        let joined = graph.add(.concatenate, inputs: [deep, side], name: "\(name).cat")
        guard let channels = channels(of: joined) else { throw ModelError("\(name).cat does not know its channels") }
        let normed = try normalized(
            joined, by: try child(module, "bn", name), "\(name).bn", channels: channels, of: name)
        let active = graph.add(
            .activation(try activation(module["act"], "\(name).act")), inputs: [normed], name: "\(name).act")
        return try convolutionBlock(try child(module, "cv4", name), active, "\(name).cv4")
    }
}

/// The same with new weights.
extension ModuleMaker {
    mutating func makeFirst(_ layer: ModelYAML.Layer, _ input: Int, _ scale: Int, _ repeats: Int) throws -> Made? {
        switch layer.module {
        case "Focus":
            let out = try wide(layer)
            let block = convolution(4 * input, out, kernel: try number(layer, 1) ?? 1)
            return (ModuleRecord(className: "Focus", children: [("conv", block)]), out, 2 * scale)
        case "BottleneckCSP":
            let out = try wide(layer)
            let (hidden, hasShortcut) = (out / 2, flag(layer, 1) ?? true)
            let first = convolution(input, hidden, kernel: 1)
            let side = plainConvolution(input, hidden, kernel: 1, stride: 1, padding: 0, hasBias: false)
            let deep = plainConvolution(hidden, hidden, kernel: 1, stride: 1, padding: 0, hasBias: false)
            let last = convolution(2 * hidden, out, kernel: 1)
            let blocks = (0..<repeats).map { _ in
                bottleneck(hidden, hidden, hidden: hidden, kernels: bottleneckKernels, hasShortcut)
            }
            let norm = batchNorm(2 * hidden)
            return (
                ModuleRecord(
                    className: "BottleneckCSP",
                    children: [
                        ("cv1", first), ("cv2", side), ("cv3", deep), ("cv4", last), ("bn", norm),
                        ("act", yaml.activation), ("m", sequence(blocks)),
                    ]), out, scale
            )
        default: return nil
        }
    }
}
