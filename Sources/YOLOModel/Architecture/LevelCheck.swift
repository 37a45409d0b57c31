import NeuralKernels

extension DetectionModel {
    /// Whether each level's map is as large as its stride says: everything that reads outputs relies on it.
    ///
    /// - Throws: `ModelError` naming the level with its stride and map; `GraphError` where the graph has no shapes.
    func checkLevels() throws {
        guard NetworkBounds.levels.contains(strides.count), graph.outputs.count % strides.count == 0 else {
            throw ModelError("has \(graph.outputs.count) outputs for \(strides.count) levels")
        }
        let size = try trialSize()
        let shapes = try graph.shapes(input: TensorShape(c: 3, h: size, w: size))
        // One output a level, or some beside each other; a second head repeats all levels.
        let perLevel = outputsPerLevel
        for (index, output) in graph.outputs.enumerated() {
            let level = index / perLevel % strides.count
            let (shape, side) = (shapes[output], size / strides[level])
            guard shape.h == side, shape.w == side else {
                throw ModelError(
                    "level \(level) of the head makes maps of \(shape.w) × \(shape.h) of an image of \(size) × \(size), "
                        + "its stride of \(strides[level]) needs \(side) × \(side)")
            }
        }
    }

    /// A size that every stride divides, near 640.
    private func trialSize() throws -> Int {
        var common = 1
        for stride in strides {
            var (a, b) = (common, stride)
            while b > 0 { (a, b) = (b, a % b) }
            common = common / a * stride
            guard common <= 1 << 16 else {
                throw ModelError("has the strides \(strides), which fit no image")
            }
        }
        return (640 + common - 1) / common * common
    }
}
