/// The oracle: every operation in plain Swift, one after the other, nothing folded and nothing reused.
public struct ReferenceBackend: Backend {
    public let name = "reference"

    public init() {}

    public func compile(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
    ) throws -> any CompiledNetwork {
        try ReferenceNetwork(graph, input: input, scope: gradient)
    }
}

final class ReferenceNetwork: CompiledNetwork {
    private let graph: NetworkGraph
    private let shapes: [TensorShape]
    private let scope: GradientScope
    /// Results of the last forward pass, and what the backward pass needs besides.
    private var values: [[Float]] = []
    private var convolved: [Int: [Float]] = [:]
    private var normalized: [Int: [Float]] = [:]
    private var winners: [Int: [Int]] = [:]
    private var gradients: [Int: [Float]] = [:]

    init(_ graph: NetworkGraph, input: TensorShape, scope: GradientScope) throws {
        guard input.n == 1 else { throw GraphError(node: "input", reason: "one image at a time") }
        self.graph = graph
        self.scope = scope
        shapes = try graph.shapes(input: input)
    }

    func forward(_ input: [Float]) throws -> [[Float]] {
        values = []
        for (index, node) in graph.nodes.enumerated() {
            values.append(run(node, index, input))
        }
        return graph.outputs.map { values[$0] }
    }

    private func run(_ node: NetworkGraph.Node, _ index: Int, _ input: [Float]) -> [Float] {
        let inputs = node.inputs.map { values[$0] }
        switch node.operation {
        case .input: return input
        case .convolution(let convolution): return run(convolution, node, index, inputs[0])
        case .maxPool:
            let (output, won) = maxPool(node, index).forward(inputs[0])
            winners[index] = won
            return output
        case .upsampleNearest(let factor):
            return ReferenceUpsample(inShape: shapes[node.inputs[0]], factor: factor).forward(inputs[0])
        case .concatenate: return inputs.flatMap(\.self)
        case .add: return inputs.dropFirst().reduce(inputs[0]) { zip($0, $1).map(+) }
        case .slice(let from, let count):
            let pixels = shapes[index].pixels
            return Array(inputs[0][from * pixels..<(from + count) * pixels])
        case .activation(let activation): return ReferenceActivation.forward(activation, inputs[0])
        case .attention(let attention):
            return ReferenceAttention(attention, pixels: shapes[index].pixels).forward(inputs[0])
        case .detach: return inputs[0]
        }
    }

    private func run(
        _ convolution: NetworkGraph.Convolution, _ node: NetworkGraph.Node, _ index: Int, _ input: [Float]
    ) -> [Float] {
        let pixels = shapes[index].pixels
        var output = kernel(convolution, node, index).forward(
            input, weight: graph.parameters[convolution.weight].values)
        if let bias = convolution.bias {
            let values = graph.parameters[bias].values
            for at in output.indices { output[at] += values[at / pixels] }
        }
        convolved[index] = output
        if let batchNorm = convolution.batchNorm { output = self.batchNorm(batchNorm).forward(output, pixels: pixels) }
        normalized[index] = output
        return ReferenceActivation.forward(convolution.activation, output)
    }

    private func kernel(
        _ convolution: NetworkGraph.Convolution, _ node: NetworkGraph.Node, _ index: Int
    ) -> ReferenceConvolution {
        ReferenceConvolution(inShape: shapes[node.inputs[0]], outShape: shapes[index], convolution: convolution)
    }

    private func batchNorm(_ parts: NetworkGraph.BatchNorm) -> ReferenceBatchNorm {
        ReferenceBatchNorm(
            weight: graph.parameters[parts.weight].values, bias: graph.parameters[parts.bias].values,
            mean: graph.parameters[parts.runningMean].values,
            variance: graph.parameters[parts.runningVariance].values, epsilon: parts.epsilon)
    }

    private func maxPool(_ node: NetworkGraph.Node, _ index: Int) -> ReferenceMaxPool {
        guard case .maxPool(let kernel, let stride, let padding) = node.operation else {
            preconditionFailure("not a max-pool")
        }
        return ReferenceMaxPool(
            inShape: shapes[node.inputs[0]], outShape: shapes[index], kernel: kernel, stride: stride, padding: padding)
    }

    func backward(_ outputGradients: [[Float]]) throws {
        gradients = [:]
        var pending: [Int: [Float]] = [:]
        for (output, gradient) in zip(graph.outputs, outputGradients) { Self.add(gradient, to: output, &pending) }
        for (index, node) in graph.nodes.enumerated().reversed() where scope.includes(index) {
            guard let gradient = pending.removeValue(forKey: index) else { continue }
            for (input, part) in zip(node.inputs, propagate(gradient, node, index)) where !part.isEmpty {
                Self.add(part, to: input, &pending)
            }
        }
    }

    private static func add(_ gradient: [Float], to node: Int, _ pending: inout [Int: [Float]]) {
        pending[node] = pending[node].map { zip($0, gradient).map(+) } ?? gradient
    }

    /// The gradients of a node's inputs.
    private func propagate(_ gradient: [Float], _ node: NetworkGraph.Node, _ index: Int) -> [[Float]] {
        switch node.operation {
        case .input: return []
        case .convolution(let convolution): return [propagate(gradient, convolution, node, index)]
        case .maxPool: return [maxPool(node, index).backward(gradient, winners: winners[index] ?? [])]
        case .upsampleNearest(let factor):
            return [ReferenceUpsample(inShape: shapes[node.inputs[0]], factor: factor).backward(gradient)]
        case .concatenate:
            var start = 0
            return node.inputs.map { input in
                defer { start += shapes[input].count }
                return Array(gradient[start..<start + shapes[input].count])
            }
        case .add: return node.inputs.map { _ in gradient }
        case .slice(let from, let count):
            let pixels = shapes[index].pixels
            var whole = [Float](repeating: 0, count: shapes[node.inputs[0]].count)
            whole.replaceSubrange(from * pixels..<(from + count) * pixels, with: gradient)
            return [whole]
        case .activation(let activation):
            return [ReferenceActivation.backward(activation, gradient, input: values[node.inputs[0]])]
        case .attention(let attention):
            return [
                ReferenceAttention(attention, pixels: shapes[index].pixels).backward(gradient, values[node.inputs[0]])
            ]
        case .detach: return []
        }
    }

    private func propagate(
        _ outGradient: [Float], _ convolution: NetworkGraph.Convolution, _ node: NetworkGraph.Node, _ index: Int
    ) -> [Float] {
        let pixels = shapes[index].pixels
        var gradient = ReferenceActivation.backward(
            convolution.activation, outGradient, input: normalized[index] ?? [])
        if let parts = convolution.batchNorm {
            let result = batchNorm(parts).backward(gradient, input: convolved[index] ?? [], pixels: pixels)
            gradient = result.input
            gradients[parts.weight] = result.weight
            gradients[parts.bias] = result.bias
        }
        if let bias = convolution.bias {
            gradients[bias] = (0..<shapes[index].c).map { channel in
                Float(gradient[channel * pixels..<(channel + 1) * pixels].reduce(0.0) { $0 + Double($1) })
            }
        }
        let kernel = kernel(convolution, node, index)
        gradients[convolution.weight] = kernel.backwardWeights(values[node.inputs[0]], gradient)
        guard graph.nodes[node.inputs[0]].operation.passesGradient else { return [] }
        return kernel.backwardData(gradient, weight: graph.parameters[convolution.weight].values)
    }

    func withGradient<Result>(
        ofParameter index: Int, _ body: (UnsafeBufferPointer<Float>?) throws -> Result
    ) rethrows -> Result {
        guard graph.parameters[index].isTrainable, let gradient = gradients[index] else { return try body(nil) }
        return try gradient.withUnsafeBufferPointer { try body($0) }
    }
}
