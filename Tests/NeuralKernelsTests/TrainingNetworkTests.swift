import AvailableBackends
import NeuralKernels
import Testing

@Suite struct TrainingNetworkTests {
    private struct Result {
        var outputs: [[[Float]]]
        var gradients: [[Float]]
        var statistics: [BatchStatistics]
    }

    private func gradients(_ network: any TrainingNetwork, _ graph: NetworkGraph) throws -> [[Float]] {
        try graph.parameters.indices.map { index in
            try network.withGradient(ofParameter: index) { $0.map(Array.init) ?? [] }
        }
    }

    private func run(
        _ backend: any Backend, _ network: NetworkBuilder, _ inputs: [[Float]], _ scope: GradientScope
    ) throws -> Result {
        let compiled = try backend.compileForTraining(network.graph, input: network.input, gradient: scope)
        // With another number of images first: nothing may be left over.
        _ = try compiled.forward(batch: [inputs[0]])
        let outputs = try compiled.forward(batch: inputs)
        var numbers = SeededNumbers(seed: 8)
        try compiled.backward(batch: outputs.map { $0.map { numbers.array($0.count) } })
        return Result(
            outputs: outputs, gradients: try gradients(compiled, network.graph), statistics: compiled.batchStatistics)
    }

    @Test(arguments: [4, 8, 16, 32], [GradientScope.full, .from(node: 9)])
    func backendsAgree(width: Int, scope: GradientScope) throws {
        let network = NetworkBuilder.everything(seed: UInt64(width), width: width)
        var numbers = SeededNumbers(seed: 7)
        let inputs = (0..<3).map { _ in numbers.array(network.input.count) }
        let results = try Backends.eachAtHand().map { try run($0, network, inputs, scope) }
        let first = results[0]
        #expect(!first.statistics.isEmpty)
        for other in results.dropFirst() {
            for (a, b) in zip(first.outputs.joined(), other.outputs.joined()) { #expect(difference(a, b) < 5e-5) }
            for (a, b) in zip(first.statistics, other.statistics) {
                #expect(a.meanParameter == b.meanParameter && a.varianceParameter == b.varianceParameter)
                #expect(difference(a.mean, b.mean) < 1e-4 && difference(a.variance, b.variance) < 1e-4)
            }
            // A shift before another batch-norm changes nothing: its gradient is 0 but for rounding.
            let least = (first.gradients.joined().map(abs).max() ?? 0) / 1000
            for (index, (a, b)) in zip(first.gradients, other.gradients).enumerated() {
                #expect(difference(a, b, least: least) < 5e-4, "\(network.graph.parameters[index].name)")
            }
        }
    }

    /// d(Σ output·direction)/d(parameter) by central differences, through the statistics of the batch.
    @Test(arguments: Backends.atHand)
    func backwardIsTheDerivative(backend name: String) throws {
        let backend = try Backends.forTests(name)
        let network = NetworkBuilder.everything(seed: 4, width: 16, detaches: false)
        var numbers = SeededNumbers(seed: 11)
        let inputs = (0..<2).map { _ in numbers.array(network.input.count) }
        let compiled = try backend.compileForTraining(network.graph, input: network.input, gradient: .full)
        let directions = try compiled.forward(batch: inputs).map { $0.map { numbers.array($0.count) } }
        try compiled.backward(batch: directions)
        let gradients = try gradients(compiled, network.graph)
        func objective(_ values: [[Float]]) throws -> Double {
            try compiled.setParameters(values)
            return zip(try compiled.forward(batch: inputs).joined(), directions.joined()).reduce(0) { total, pair in
                total + zip(pair.0, pair.1).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
        }
        for (index, parameter) in network.graph.parameters.enumerated() where parameter.isTrainable {
            let at = gradients[index].count / 2
            let step: Float = 1e-3
            var values = network.graph.parameters.map(\.values)
            values[index][at] += step
            let above = try objective(values)
            values[index][at] -= 2 * step
            let numeric = (above - (try objective(values))) / Double(2 * step)
            let found = Double(gradients[index][at])
            #expect(abs(numeric - found) < max(0.03, 0.015 * max(abs(numeric), abs(found))), "\(parameter.name)")
        }
    }

    /// New parameters give what a network compiled with them gives.
    @Test(arguments: Backends.atHand)
    func newParametersAreTaken(backend name: String) throws {
        let backend = try Backends.forTests(name)
        let (old, new) = (NetworkBuilder.everything(seed: 1, width: 16), NetworkBuilder.everything(seed: 2, width: 16))
        var numbers = SeededNumbers(seed: 3)
        let inputs = (0..<2).map { _ in numbers.array(old.input.count) }
        let compiled = try backend.compileForTraining(old.graph, input: old.input, gradient: .full)
        _ = try compiled.forward(batch: inputs)
        try compiled.setParameters(new.graph.parameters.map(\.values))
        let fresh = try backend.compileForTraining(new.graph, input: new.input, gradient: .full)
        let (a, b) = (try compiled.forward(batch: inputs), try fresh.forward(batch: inputs))
        #expect(a == b)
        try compiled.backward(batch: a)
        try fresh.backward(batch: b)
        #expect(try gradients(compiled, new.graph) == gradients(fresh, new.graph))
    }
}
