import AvailableBackends
import NeuralKernels
import Testing

@Suite struct BackendTests {
    @Test(arguments: [4, 8, 16, 32], GradientScope.allTestCases)
    func backendsAgree(width: Int, scope: GradientScope) throws {
        let network = NetworkBuilder.everything(seed: UInt64(width), width: width)
        var numbers = SeededNumbers(seed: 7)
        let input = numbers.array(network.input.count)
        var results: [([[Float]], [[Float]])] = []
        for backend in try Backends.eachAtHand() {
            let compiled = try backend.compile(network.graph, input: network.input, gradient: scope)
            // Twice, so that nothing may be left over from the first pass.
            var outputs = try compiled.forward(numbers.array(network.input.count))
            outputs = try compiled.forward(input)
            var gradientNumbers = SeededNumbers(seed: 8)
            if scope != .none { try compiled.backward(outputs.map { gradientNumbers.array($0.count) }) }
            let gradients = try network.graph.parameters.indices.map { try compiled.gradient(ofParameter: $0) }
            results.append((outputs, gradients))
        }
        guard let first = results.first else { return }
        for other in results.dropFirst() {
            for (a, b) in zip(first.0, other.0) { #expect(difference(a, b) < 2e-5) }
            for (index, (a, b)) in zip(first.1, other.1).enumerated() {
                #expect(difference(a, b) < 1e-4, "\(network.graph.parameters[index].name)")
            }
        }
    }

    /// The gradient of a scale is found from what the scale lets through; where that is nothing, from the weights'.
    @Test(arguments: [0, 1e-6] as [Float])
    func scalesNextToNothingHaveTheirGradients(scale: Float) throws {
        let network = NetworkBuilder.everything(seed: 3, width: 16)
        var graph = network.graph
        for case .convolution(let convolution) in graph.nodes.map(\.operation) {
            guard let norm = convolution.batchNorm else { continue }
            var values = graph.parameters[norm.weight].values
            values[1] = scale
            graph.setValues(values, ofParameter: norm.weight)
        }
        var numbers = SeededNumbers(seed: 7)
        let input = numbers.array(network.input.count)
        let results = try Backends.eachAtHand().map { backend -> [[Float]] in
            let compiled = try backend.compile(graph, input: network.input, gradient: .small(mostWeights: 0))
            let outputs = try compiled.forward(input)
            var gradientNumbers = SeededNumbers(seed: 8)
            try compiled.backward(outputs.map { gradientNumbers.array($0.count) })
            return try graph.parameters.indices.map { try compiled.gradient(ofParameter: $0) }
        }
        for (index, parameter) in graph.parameters.enumerated() {
            for other in results.dropFirst() {
                #expect(difference(results[0][index], other[index]) < 1e-4, "\(parameter.name)")
            }
        }
        for case .convolution(let convolution) in graph.nodes.map(\.operation) {
            #expect(results.allSatisfy { $0[convolution.weight].isEmpty })
            if let norm = convolution.batchNorm { #expect(results.allSatisfy { $0[norm.weight][1] != 0 }) }
        }
    }

    /// Outputs to the bit, gradients to the 8 bits that are multiplied.
    @Test(.enabled(if: Backends.all.contains { $0.supports(.bfloat16) }, "this CPU has no instructions for bfloat16"))
    func bfloat16IsForGradientsAlone() throws {
        let network = NetworkBuilder.everything(seed: 5, width: 16)
        let backend = try #require(Backends.all.first { $0.supports(.bfloat16) })
        var numbers = SeededNumbers(seed: 7)
        let input = numbers.array(network.input.count)
        let results = try Precision.allCases.map { precision -> ([[Float]], [[Float]]) in
            let compiled = try backend.compile(
                network.graph, input: network.input, gradient: .full, precision: precision, sharing: nil)
            let outputs = try compiled.forward(input)
            var gradientNumbers = SeededNumbers(seed: 8)
            try compiled.backward(outputs.map { gradientNumbers.array($0.count) })
            return (outputs, try network.graph.parameters.indices.map { try compiled.gradient(ofParameter: $0) })
        }
        #expect(results[0].0 == results[1].0)
        let differences = zip(results[0].1, results[1].1).map { difference($0, $1) }
        #expect(differences.allSatisfy { $0 < 0.03 })
        #expect(differences.contains { $0 > 1e-5 })
    }

    /// Networks that share their weights compute what one alone does, on threads of their own.
    @Test func sharedWeightsChangeNothing() throws {
        let network = NetworkBuilder.everything(seed: 6, width: 16)
        var numbers = SeededNumbers(seed: 9)
        let inputs = (0..<4).map { _ in numbers.array(network.input.count) }
        for backend in try Backends.eachAtHand() {
            func run(_ compiled: any CompiledNetwork, _ input: [Float]) throws -> [[Float]] {
                let outputs = try compiled.forward(input)
                try compiled.backward(outputs)
                return try outputs + network.graph.parameters.indices.map { try compiled.gradient(ofParameter: $0) }
            }
            let alone = try backend.compile(network.graph, input: network.input, gradient: .full)
            let weights = SharedWeights()
            let sharing = try (0..<2).map { _ in
                try backend.compile(
                    network.graph, input: network.input, gradient: .full, precision: .single, sharing: weights)
            }
            for (index, input) in inputs.enumerated() {
                #expect(try run(alone, input) == run(sharing[index % 2], input))
            }
        }
    }

    /// 3 × 3 convolutions over many pixels and channels, which a backend may compute by Winograd's algorithm.
    @Test(arguments: [(24, 22), (20, 20), (33, 40)])
    func wideConvolutionsAgree(size: (Int, Int)) throws {
        var graph = NetworkGraph()
        var numbers = SeededNumbers(seed: 21)
        var node = graph.add(.input, name: "input")
        for (index, (channels, side)) in [(32, 1), (48, 3), (32, 3), (16, 3)].enumerated() {
            let before = index == 0 ? 3 : [32, 48, 32, 16][index - 1]
            let count = channels * before * side * side
            let scale = 1 / Float(before * side * side).squareRoot()
            let weight = graph.addParameter(
                NetworkParameter(
                    name: "\(index)", shape: [channels, before, side, side],
                    values: numbers.array(count).map { $0 * scale }))
            node = graph.add(
                .convolution(
                    .init(
                        weight: weight, outChannels: channels, kernelHeight: side, kernelWidth: side,
                        paddingHeight: side / 2, paddingWidth: side / 2, activation: .silu)),
                inputs: [node], name: "\(index)")
        }
        graph.outputs = [node]
        let shape = TensorShape(c: 3, h: size.0, w: size.1)
        let input = numbers.array(shape.count)
        let directions = numbers.array(16 * shape.h * shape.w)
        let results = try Backends.eachAtHand().map { backend -> ([Float], [[Float]]) in
            let compiled = try backend.compile(graph, input: shape, gradient: .full)
            let outputs = try compiled.forward(input)
            try compiled.backward([directions])
            return (outputs[0], try graph.parameters.indices.map { try compiled.gradient(ofParameter: $0) })
        }
        guard let first = results.first else { return }
        for other in results.dropFirst() {
            #expect(difference(first.0, other.0) < 2e-5)
            for (a, b) in zip(first.1, other.1) { #expect(difference(a, b) < 1e-4) }
        }
    }

    /// d(Σ output·direction)/d(parameter) by central differences against the backward pass. The step and the tolerance
    /// are for single precision: about 1 % of the larger of the two, above a floor of 0.02.
    @Test(arguments: Backends.atHand, [4, 16])
    func backwardIsTheDerivative(backend name: String, width: Int) throws {
        let backend = try Backends.forTests(name)
        let network = NetworkBuilder.everything(seed: 4, width: width, detaches: false)
        var numbers = SeededNumbers(seed: 11)
        let input = numbers.array(network.input.count)
        let compiled = try backend.compile(network.graph, input: network.input, gradient: .full)
        let directions = try compiled.forward(input).map { numbers.array($0.count) }
        try compiled.backward(directions)
        func objective(_ graph: NetworkGraph) throws -> Double {
            let outputs = try backend.compile(graph, input: network.input, gradient: .none).forward(input)
            return zip(outputs, directions).reduce(0) { total, pair in
                total + zip(pair.0, pair.1).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
        }
        for (index, parameter) in network.graph.parameters.enumerated() where parameter.isTrainable {
            let gradient = try compiled.gradient(ofParameter: index)
            let at = gradient.count / 2
            let step: Float = 4e-3
            var graph = network.graph
            var values = parameter.values
            values[at] += step
            graph.setValues(values, ofParameter: index)
            let above = try objective(graph)
            values[at] -= 2 * step
            graph.setValues(values, ofParameter: index)
            let numeric = (above - (try objective(graph))) / Double(2 * step)
            let tolerance = max(0.02, 0.012 * max(abs(numeric), abs(Double(gradient[at]))))
            #expect(abs(numeric - Double(gradient[at])) < tolerance, "\(parameter.name)")
        }
    }

    @Test func headScopeLeavesTheRestOut() throws {
        let network = NetworkBuilder.everything(seed: 5, width: 16)
        let last = network.graph.nodes.count - 2
        for backend in try Backends.eachAtHand() {
            let compiled = try backend.compile(network.graph, input: network.input, gradient: .from(node: last))
            let outputs = try compiled.forward(Array(repeating: 0.5, count: network.input.count))
            try compiled.backward(outputs.map { $0.map { _ in 1 } })
            #expect(try compiled.gradient(ofParameter: 0).isEmpty)
            #expect(try compiled.gradientSquaredNorm(ofParameter: network.graph.parameters.count - 1) > 0)
        }
    }

    @Test func misfitsAreNamed() throws {
        var builder = NetworkBuilder(seed: 1, input: TensorShape(c: 3, h: 8, w: 8))
        _ = builder.convolution(0, from: 4, to: 8)
        #expect(throws: GraphError.self) { try builder.graph.shapes(input: builder.input) }
    }
}

extension GradientScope {
    static let allTestCases: [GradientScope] = [
        .none, .full, .from(node: 9), .small(mostWeights: 0), .small(mostWeights: 600),
    ]
}
