import NeuralKernels

/// Ghost modules: half of the channels by a convolution, the other half by a cheap one from them.
extension GraphBuilder {
    /// cv1(x) beside cv2(cv1(x)).
    mutating func ghostConvolution(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let first = try convolutionBlock(try child(module, "cv1", name), source, "\(name).cv1")
        let second = try convolutionBlock(try child(module, "cv2", name), first, "\(name).cv2")
        return graph.add(.concatenate, inputs: [first, second], name: "\(name).cat")
    }

    /// conv(x) + shortcut(x), either a row of modules.
    mutating func ghostBottleneck(_ module: ModuleRecord, _ source: Int, _ name: String) throws -> Int {
        let deep = try add(try child(module, "conv", name), [source], "\(name).conv")
        let side = try add(try child(module, "shortcut", name), [source], "\(name).shortcut")
        return graph.add(.add, inputs: [deep, side], name: "\(name).add")
    }
}
