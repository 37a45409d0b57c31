import YAMLText

/// Modules of v9, with new weights. Only the first argument is widened.
extension ModuleMaker {
    mutating func makeElan(_ layer: ModelYAML.Layer, _ inputs: [Int], _ scales: [Int]) throws -> Made? {
        let (input, scale) = (inputs[0], scales[0])
        func inner(_ index: Int) throws -> Int {
            guard let width = try number(layer, index, in: 2...4_096), width % 2 == 0 else {
                throw fail(layer, "argument \(index + 1) is an even number of channels")
            }
            return width
        }
        switch layer.module {
        case "ELAN1":
            let (out, wide, narrow) = (try wide(layer), try inner(1), try inner(2))
            let steps = [
                convolution(wide / 2, narrow, kernel: 3), convolution(narrow, narrow, kernel: 3),
            ]
            return (elan("ELAN1", input, out, wide, narrow, steps), out, scale)
        case "RepNCSPELAN4":
            let (out, wide, narrow) = (try wide(layer), try inner(1), try inner(2))
            let count = try number(layer, 3, in: 1...100) ?? 1
            let steps = [wide / 2, narrow].map { before -> ModuleRecord in
                let block = c3(before, narrow, className: "RepCSP") { maker, hidden in
                    maker.sequence((0..<count).map { _ in maker.parallelBottleneck(hidden) })
                }
                return sequence([block, convolution(narrow, narrow, kernel: 3)])
            }
            return (elan("RepNCSPELAN4", input, out, wide, narrow, steps), out, scale)
        case "SPPELAN":
            let (out, hidden) = (try wide(layer), try inner(1))
            let kernel = try number(layer, 2) ?? 5
            let first = convolution(input, hidden, kernel: 1)
            let pools = (2...4).map { (name: "cv\($0)", module: pool(kernel, stride: 1, padding: kernel / 2)) }
            let last = convolution(4 * hidden, out, kernel: 1)
            return (
                ModuleRecord(className: "SPPELAN", children: [("cv1", first)] + pools + [("cv5", last)]), out, scale
            )
        case "AConv":
            let out = try wide(layer)
            let conv = convolution(input, out, kernel: 3, stride: 2, padding: 1)
            return (ModuleRecord(className: "AConv", children: [("cv1", conv)]), out, 2 * scale)
        case "ADown":
            let out = try wide(layer)
            guard input % 2 == 0 else { throw fail(layer, "cuts its channels in halves") }
            let first = convolution(input / 2, out / 2, kernel: 3, stride: 2, padding: 1)
            let second = convolution(input / 2, out / 2, kernel: 1, padding: 0)
            return (ModuleRecord(className: "ADown", children: [("cv1", first), ("cv2", second)]), out, 2 * scale)
        case "CBLinear":
            let widths = layer.arguments.first?.sequence?.compactMap(\.int) ?? []
            guard !widths.isEmpty, widths.count <= 16, widths.allSatisfy({ (1...8_192).contains($0) }) else {
                throw fail(layer, "its first argument is a list of channels")
            }
            let out = widths.reduce(0, +)
            let conv = plainConvolution(input, out, kernel: 1, stride: 1, padding: 0, hasBias: true)
            let settings: [String: PlainValue] = ["c2s": .list(widths.map(PlainValue.int))]
            return (ModuleRecord(className: "CBLinear", settings: settings, children: [("conv", conv)]), out, scale)
        case "CBFuse":
            let places = layer.arguments.first?.sequence?.compactMap(\.int) ?? []
            let settings: [String: PlainValue] = ["idx": .list(places.map(PlainValue.int))]
            return (
                ModuleRecord(className: "CBFuse", settings: settings), inputs[inputs.count - 1],
                scales[scales.count - 1]
            )
        default: return nil
        }
    }

    private mutating func elan(
        _ className: String, _ input: Int, _ output: Int, _ wide: Int, _ narrow: Int, _ steps: [ModuleRecord]
    ) -> ModuleRecord {
        let first = convolution(input, wide, kernel: 1)
        let last = convolution(wide + 2 * narrow, output, kernel: 1)
        return ModuleRecord(
            className: className,
            children: [("cv1", first), ("cv2", steps[0]), ("cv3", steps[1]), ("cv4", last)])
    }

    /// A bottleneck whose first convolution is one of 3 × 3 and one of 1 × 1 side by side.
    private mutating func parallelBottleneck(_ width: Int) -> ModuleRecord {
        let parallel = ModuleRecord(
            className: "RepConv",
            children: [
                ("conv1", convolution(width, width, kernel: 3, isActivated: false)),
                ("conv2", convolution(width, width, kernel: 1, isActivated: false)),
                ("act", ModuleRecord(className: "SiLU")),
            ])
        return ModuleRecord(
            className: "RepBottleneck", settings: ["add": .bool(true)],
            children: [("cv1", parallel), ("cv2", convolution(width, width, kernel: 3))])
    }
}
