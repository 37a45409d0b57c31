/// The oracle: every operation in plain Swift, one after the other, nothing folded and nothing reused.
public struct ReferenceBackend: Backend {
    /// `reference`
    public let name = "reference"
    /// Plain Swift, on the thread that calls it.
    public let device = ComputeDevice.cpu

    public init() {}

    public func prepare(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope, precision: Precision,
        sharing: SharedWeights?
    ) throws -> any CompiledNetwork {
        try ReferenceNetwork(graph, input: input, scope: gradient)
    }

    public func refusal(of node: NetworkGraph.Node) -> String? { nil }

    public func supports(_ precision: Precision) -> Bool { precision == .single }

    public func prepareForTraining(
        _ graph: NetworkGraph, input: TensorShape, gradient: GradientScope
    ) throws -> any TrainingNetwork {
        try ReferenceNetwork(graph, input: input, scope: gradient, normalizesBatch: true)
    }
}

final class ReferenceNetwork: CompiledNetwork, TrainingNetwork {
    private var graph: NetworkGraph
    private let shapes: [TensorShape]
    private let scope: GradientScope
    /// Whether batch-norms in scope use the statistics of the batch.
    private let normalizesBatch: Bool
    private var passes: [Pass] = []
    private var statistics: [Int: BatchStatistics] = [:]
    private var gradients: [Int: [Float]] = [:]

    /// One image's results of the last forward pass, and what the backward pass needs besides.
    private struct Pass {
        var values: [[Float]] = []
        var convolved: [Int: [Float]] = [:]
        var normalized: [Int: [Float]] = [:]
        var winners: [Int: [Int]] = [:]
        /// Gradients that have reached a node.
        var pending: [Int: [Float]] = [:]

        mutating func add(_ gradient: [Float], to node: Int) {
            pending[node] = pending[node].map { zip($0, gradient).map(+) } ?? gradient
        }
    }

    init(_ graph: NetworkGraph, input: TensorShape, scope: GradientScope, normalizesBatch: Bool = false) throws {
        guard input.n == 1 else { throw GraphError(node: "input", reason: "one image at a time") }
        self.graph = graph
        self.scope = scope
        self.normalizesBatch = normalizesBatch
        shapes = try graph.shapes(input: input)
    }

    func setParameters(_ values: [[Float]]) throws {
        for (index, parameter) in values.enumerated() { graph.setValues(parameter, ofParameter: index) }
    }

    func forward(_ input: [Float]) throws -> [[Float]] { try forward(batch: [input])[0] }

    func forward(batch inputs: [[Float]]) throws -> [[[Float]]] {
        passes = inputs.map { _ in Pass() }
        statistics = [:]
        for (index, node) in graph.nodes.enumerated() {
            if case .convolution(let convolution) = node.operation {
                run(convolution, node, index)
            } else {
                for image in passes.indices {
                    let result = run(node, index, inputs[image], &passes[image])
                    passes[image].values.append(result)
                }
            }
        }
        return passes.map { pass in graph.outputs.map { pass.values[$0] } }
    }

    var batchStatistics: [BatchStatistics] { statistics.sorted { $0.key < $1.key }.map(\.value) }

    private func run(
        _ node: NetworkGraph.Node, _ index: Int, _ input: [Float], _ pass: inout Pass
    ) -> [Float] {
        let inputs = node.inputs.map { pass.values[$0] }
        switch node.operation {
        case .input: return input
        case .convolution: preconditionFailure("convolutions see all images")
        case .maxPool:
            let (output, won) = maxPool(node, index).forward(inputs[0])
            pass.winners[index] = won
            return output
        case .upsampleNearest(let factor):
            return ReferenceUpsample(inShape: shapes[node.inputs[0]], factor: factor).forward(inputs[0])
        case .pixelShuffle(let factor): return PixelShuffle(factor, to: shapes[index]).forward(inputs[0])
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

    /// A convolution over all images with what follows it.
    private func run(_ convolution: NetworkGraph.Convolution, _ node: NetworkGraph.Node, _ index: Int) {
        let pixels = shapes[index].pixels
        for image in passes.indices {
            var output = kernel(convolution, node, index).forward(
                passes[image].values[node.inputs[0]], weight: graph.parameters[convolution.weight].values)
            if let bias = convolution.bias {
                let values = graph.parameters[bias].values
                for at in output.indices { output[at] += values[at / pixels] }
            }
            passes[image].convolved[index] = output
        }
        if let parts = convolution.batchNorm, isNormalizedByBatch(index) {
            statistics[index] = batchNorm(parts).statistics(
                passes.map { $0.convolved[index] ?? [] }, pixels: pixels, meanParameter: parts.runningMean,
                varianceParameter: parts.runningVariance)
        }
        for image in passes.indices {
            var output = passes[image].convolved[index] ?? []
            if let parts = convolution.batchNorm {
                output = batchNorm(parts, index).forward(output, pixels: pixels)
            }
            passes[image].normalized[index] = output
            passes[image].values.append(ReferenceActivation.forward(convolution.activation, output))
        }
    }

    private func isNormalizedByBatch(_ node: Int) -> Bool { normalizesBatch && scope.includes(node) }

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

    /// The batch-norm that node used in the last forward pass: by the batch, or by running statistics.
    private func batchNorm(_ parts: NetworkGraph.BatchNorm, _ node: Int) -> ReferenceBatchNorm {
        var batchNorm = batchNorm(parts)
        if let found = statistics[node] {
            let count = Float(passes.count * shapes[node].pixels)
            batchNorm.mean = found.mean
            batchNorm.variance = found.variance.map { $0 * max(1, count - 1) / count }
        }
        return batchNorm
    }

    private func maxPool(_ node: NetworkGraph.Node, _ index: Int) -> ReferenceMaxPool {
        guard case .maxPool(let kernel, let stride, let padding) = node.operation else {
            preconditionFailure("not a max-pool")
        }
        return ReferenceMaxPool(
            inShape: shapes[node.inputs[0]], outShape: shapes[index], kernel: kernel, stride: stride, padding: padding)
    }

    func backward(_ outputGradients: [[Float]]) throws { try backward(batch: [outputGradients]) }

    func backward(batch outputGradients: [[[Float]]]) throws {
        precondition(outputGradients.count == passes.count)
        gradients = [:]
        for image in passes.indices {
            passes[image].pending = [:]
            for (output, gradient) in zip(graph.outputs, outputGradients[image]) {
                passes[image].add(gradient, to: output)
            }
        }
        for (index, node) in graph.nodes.enumerated().reversed() where scope.includes(index) {
            let arriving = passes.indices.compactMap { passes[$0].pending.removeValue(forKey: index) }
            guard arriving.count == passes.count else { continue }
            let parts: [[[Float]]]
            if case .convolution(let convolution) = node.operation {
                parts = propagate(arriving, convolution, node, index).map { [$0] }
            } else {
                parts = passes.indices.map { propagate(arriving[$0], node, index, passes[$0]) }
            }
            for image in passes.indices {
                for (input, part) in zip(node.inputs, parts[image]) where !part.isEmpty {
                    passes[image].add(part, to: input)
                }
            }
        }
    }

    /// The gradients of a node's inputs.
    private func propagate(
        _ gradient: [Float], _ node: NetworkGraph.Node, _ index: Int, _ pass: Pass
    ) -> [[Float]] {
        switch node.operation {
        case .input: return []
        case .convolution: preconditionFailure("convolutions see all images")
        case .maxPool: return [maxPool(node, index).backward(gradient, winners: pass.winners[index] ?? [])]
        case .upsampleNearest(let factor):
            return [ReferenceUpsample(inShape: shapes[node.inputs[0]], factor: factor).backward(gradient)]
        case .pixelShuffle(let factor): return [PixelShuffle(factor, to: shapes[index]).backward(gradient)]
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
            return [ReferenceActivation.backward(activation, gradient, input: pass.values[node.inputs[0]])]
        case .attention(let attention):
            return [
                ReferenceAttention(attention, pixels: shapes[index].pixels).backward(
                    gradient, pass.values[node.inputs[0]])
            ]
        case .detach: return []
        }
    }

    /// The gradient of each image at the convolution's input; the gradients of its parameters are sums over the images.
    private func propagate(
        _ outGradients: [[Float]], _ convolution: NetworkGraph.Convolution, _ node: NetworkGraph.Node, _ index: Int
    ) -> [[Float]] {
        let pixels = shapes[index].pixels
        var arriving = passes.indices.map {
            ReferenceActivation.backward(
                convolution.activation, outGradients[$0], input: passes[$0].normalized[index] ?? [])
        }
        if let parts = convolution.batchNorm {
            let convolved = passes.map { $0.convolved[index] ?? [] }
            let result = batchNorm(parts, index).backward(
                arriving, inputs: convolved, pixels: pixels, byBatch: isNormalizedByBatch(index))
            arriving = result.inputs
            gradients[parts.weight] = result.weight
            gradients[parts.bias] = result.bias
        }
        if let bias = convolution.bias {
            gradients[bias] = (0..<shapes[index].c).map { channel in
                Float(
                    arriving.reduce(0.0) { total, gradient in
                        gradient[channel * pixels..<(channel + 1) * pixels].reduce(total) { $0 + Double($1) }
                    })
            }
        }
        let kernel = kernel(convolution, node, index)
        if scope.includesWeights(graph.parameters[convolution.weight].values.count) {
            let parts = passes.indices.map { kernel.backwardWeights(passes[$0].values[node.inputs[0]], arriving[$0]) }
            gradients[convolution.weight] = parts.dropFirst().reduce(parts[0]) { zip($0, $1).map(+) }
        }
        guard graph.nodes[node.inputs[0]].operation.passesGradient else { return passes.map { _ in [] } }
        return arriving.map { kernel.backwardData($0, weight: graph.parameters[convolution.weight].values) }
    }

    func withGradient<Result>(
        ofParameter index: Int, _ body: (UnsafeBufferPointer<Float>?) throws -> Result
    ) throws -> Result {
        guard graph.parameters[index].isTrainable, let gradient = gradients[index] else { return try body(nil) }
        return try gradient.withUnsafeBufferPointer { try body($0) }
    }
}
