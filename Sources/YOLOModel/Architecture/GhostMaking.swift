import YAMLText

/// Ghosts, transformers and transposed convolutions, with new weights.
extension ModuleMaker {
    mutating func makeLight(_ layer: ModelYAML.Layer, _ input: Int, _ scale: Int, _ repeats: Int) throws -> Made? {
        switch layer.module {
        case "GhostConv":
            let out = try wide(layer)
            let stride = try number(layer, 2) ?? 1
            return (
                ghostConvolution(input, out, kernel: try number(layer, 1) ?? 1, stride: stride), out, scale * stride
            )
        case "C3Ghost":
            let out = try wide(layer)
            let made = c3(input, out, className: "C3Ghost") { maker, hidden in
                maker.sequence((0..<repeats).map { _ in maker.ghostBottleneck(hidden) })
            }
            return (made, out, scale)
        case "C3TR":
            let out = try wide(layer)
            guard out % 8 == 0 else { throw fail(layer, "needs a multiple of 8 channels") }
            let made = c3(input, out, className: "C3TR") { $0.transformer($1, repeats) }
            return (made, out, scale)
        case "nn.ConvTranspose2d":
            let out = try wide(layer)
            guard let kernel = try number(layer, 1, in: 2...8), try number(layer, 2) == kernel else {
                throw fail(layer, "is known here with a stride as long as its kernel")
            }
            var module = plainConvolution(input, out, kernel: kernel, stride: kernel, padding: 0, hasBias: true)
            module.className = "ConvTranspose2d"
            module.settings["kernel_size"] = .int(kernel)
            module.tensors["weight"]?.shape = [input, out, kernel, kernel]
            return (module, out, max(1, scale / kernel))
        case "nn.Identity": return (ModuleRecord(className: "Identity"), input, scale)
        default: return nil
        }
    }

    private mutating func ghostConvolution(
        _ input: Int, _ output: Int, kernel: Int, stride: Int = 1, isActivated: Bool = true
    ) -> ModuleRecord {
        let half = output / 2
        let first = convolution(input, half, kernel: kernel, stride: stride, isActivated: isActivated)
        let second = convolution(half, half, kernel: 5, groups: half, isActivated: isActivated)
        return ModuleRecord(className: "GhostConv", children: [("cv1", first), ("cv2", second)])
    }

    private mutating func ghostBottleneck(_ width: Int) -> ModuleRecord {
        let parts = [
            ghostConvolution(width, width / 2, kernel: 1), ModuleRecord(className: "Identity"),
            ghostConvolution(width / 2, width, kernel: 1, isActivated: false),
        ]
        return ModuleRecord(
            className: "GhostBottleneck",
            children: [("conv", sequence(parts)), ("shortcut", ModuleRecord(className: "Identity"))])
    }

    /// YOLOv5's, with four heads.
    private mutating func transformer(_ width: Int, _ layers: Int) -> ModuleRecord {
        let bound = 1 / Float(width).squareRoot()
        let place = linear(width, bound, hasBias: true)
        let made = (0..<layers).map { _ -> ModuleRecord in
            let asked = ["q", "k", "v"].map { (name: $0, module: linear(width, bound)) }
            let heads = ModuleRecord(
                className: "MultiheadAttention", settings: ["num_heads": .int(4)],
                children: [("out_proj", linear(width, bound, hasBias: true))],
                tensors: [
                    "in_proj_weight": uniform([3 * width, width], bound), "in_proj_bias": constant(0, 3 * width),
                ])
            return ModuleRecord(
                className: "TransformerLayer",
                children: asked + [("ma", heads), ("fc1", linear(width, bound)), ("fc2", linear(width, bound))])
        }
        return ModuleRecord(className: "TransformerBlock", children: [("linear", place), ("tr", sequence(made))])
    }

    private mutating func linear(_ width: Int, _ bound: Float, hasBias: Bool = false) -> ModuleRecord {
        var tensors = ["weight": uniform([width, width], bound)]
        if hasBias { tensors["bias"] = uniform([width], bound) }
        return ModuleRecord(className: "Linear", tensors: tensors)
    }
}
