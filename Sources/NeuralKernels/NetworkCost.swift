import CheckedNumbers
import FileReading

/// What running a network costs, known before any of it is asked for.
extension NetworkGraph {
    /// The most multiplications that one image may need: a hundred times those of the largest published networks on large
    /// images. A network beyond would not end.
    static let mostOperations = 1 << 47

    /// Bytes of what the nodes make of one image, gradients included where they are wanted; nil where there are more than
    /// can be counted. Weights are not among them.
    ///
    /// - Throws: as `shapes`.
    public func activationBytes(input: TensorShape, gradient: GradientScope) throws -> Int? {
        var total = 0
        let shapes = try shapes(input: input)
        for index in nodes.indices {
            guard let sum = bytes(index, shapes, gradient).flatMap(total.checkedPlus) else { return nil }
            total = sum
        }
        return total
    }

    /// Why a network may not run on such an image: the node that needs the most, and the values that it makes. Nil where it
    /// may.
    ///
    /// - Parameter limit: bytes of memory that its results may take.
    /// - Throws: as `shapes`.
    public func costProblem(
        input: TensorShape, gradient: GradientScope, limit: Int = MemoryLimit.bytes
    ) throws -> (problem: GraphError, wayOut: String)? {
        let shapes = try shapes(input: input)
        var (total, largest, largestBytes) = (0, 0, 0)
        var operations = 0
        for (index, node) in nodes.enumerated() {
            let bytes = bytes(index, shapes, gradient) ?? .max
            if bytes > largestBytes { (largest, largestBytes) = (index, bytes) }
            total = total.checkedPlus(bytes) ?? .max
            operations = self.operations(node, shapes[index]).flatMap(operations.checkedPlus) ?? .max
            guard operations <= Self.mostOperations else {
                let reason =
                    "needs more multiplications for its \(Self.text(shapes[index])) values than any known network"
                return (GraphError(node: node.name, reason: reason), "use smaller images, or another model")
            }
        }
        guard total > limit else { return nil }
        func amount(_ bytes: Int) -> String { bytes == .max ? "more than can be counted" : MemoryLimit.text(bytes) }
        let problem = GraphError(
            node: nodes[largest].name,
            reason: "needs \(amount(largestBytes)) for its \(Self.text(shapes[largest])) values, the whole network "
                + "\(amount(total)) an image, more than the \(MemoryLimit.text(limit)) allowed")
        return (problem, "use smaller images, or allow more with --memory, in gigabytes, if you trust the file")
    }

    /// - Throws: `GraphError` where `costProblem` gives one.
    func checkCost(input: TensorShape, gradient: GradientScope) throws {
        guard let (problem, wayOut) = try costProblem(input: input, gradient: gradient) else { return }
        throw GraphError(node: problem.node, reason: problem.reason + "; " + wayOut)
    }

    private static func text(_ shape: TensorShape) -> String { "\(shape.c) × \(shape.h) × \(shape.w)" }

    private func bytes(_ index: Int, _ shapes: [TensorShape], _ gradient: GradientScope) -> Int? {
        let shape = shapes[index]
        var values = [shape.n, shape.c, shape.h, shape.w].checkedProduct()
        if case .attention(let attention) = nodes[index].operation {
            // Weights between all pixels of an area.
            let run = shape.pixels / attention.areas
            let weights = [attention.heads, attention.areas, run, run].checkedProduct()
            values = weights.flatMap { weights in values?.checkedPlus(weights) }
        }
        return values?.checkedTimes(gradient == .none ? 4 : 8)
    }

    private func operations(_ node: Node, _ shape: TensorShape) -> Int? {
        switch node.operation {
        case .convolution(let convolution):
            [parameters[convolution.weight].values.count, shape.h, shape.w].checkedProduct()
        case .maxPool(let kernel, _, _): [shape.c, shape.h, shape.w, kernel, kernel].checkedProduct()
        case .attention(let attention):
            [shape.pixels, shape.pixels, attention.heads, attention.keyChannels + attention.valueChannels]
                .checkedProduct()
        default: [shape.c, shape.h, shape.w].checkedProduct()
        }
    }
}
