import AvailableBackends
import CVectorKernels
import FileReading
import Foundation
import NeuralKernels
import Randomness
import Testing
import TorchKernels

/// Squares by group and the count sketch of a gradient: on this machine, and where a device has it.
@Suite struct GradientSummaryTests {
    private static let seed: UInt64 = 77
    private static let buckets = 256

    /// Three groups, of which the last has no parameter.
    private func groups(_ graph: NetworkGraph) -> GradientGroups {
        let half = graph.parameters.count / 2
        return GradientGroups(graph, count: 3) { $0 < half ? 0 : 1 }
    }

    private func run(_ compiled: any CompiledNetwork, _ network: NetworkBuilder, scope: GradientScope) throws {
        var numbers = SeededNumbers(seed: 9)
        let outputs = try compiled.forward(numbers.array(network.input.count))
        if scope != .none { try compiled.backward(outputs.map { numbers.array($0.count) }) }
    }

    private func summary(
        _ compiled: any CompiledNetwork, _ graph: NetworkGraph, seed: UInt64 = seed
    ) throws -> GradientSummary {
        try compiled.gradientSummary(groups: groups(graph), seed: seed, buckets: Self.buckets)
    }

    /// The same from the gradients themselves, a value at a time: squares in double precision, in any order.
    private func plain(
        _ compiled: any CompiledNetwork, _ graph: NetworkGraph, seed: UInt64 = seed
    ) throws -> GradientSummary {
        var found = GradientSummary(squares: [0, 0, 0], sketch: Array(repeating: 0, count: Self.buckets))
        var first = 0
        for (index, parameter) in graph.parameters.enumerated() where parameter.isTrainable {
            for (offset, value) in try compiled.gradient(ofParameter: index).enumerated() {
                let hash = SplitMix64.scramble(UInt64(first + offset) &* SplitMix64.step &+ seed)
                found.squares[index < graph.parameters.count / 2 ? 0 : 1] += Double(value) * Double(value)
                found.sketch[Int(hash % UInt64(Self.buckets))] += hash >> 63 == 1 ? -Double(value) : Double(value)
            }
            first += parameter.values.count
        }
        return found
    }

    private func expectClose(
        _ a: [Double], _ b: [Double], within tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(a.count == b.count, sourceLocation: sourceLocation)
        for (a, b) in zip(a, b) {
            #expect(abs(a - b) <= tolerance * abs(a), "\(a) and \(b)", sourceLocation: sourceLocation)
        }
    }

    /// Loops of a device: this machine's memory in its place, and an emulated GPU.
    private func devices() throws -> [DeviceLoops] {
        try [DeviceLoops.ofHost()] + (EmulatedGPU.isThere ? [EmulatedGPU.loops()] : [])
    }

    private func network(
        _ builder: NetworkBuilder, _ loops: DeviceLoops, _ scope: GradientScope, _ sharing: SharedWeights? = nil
    ) throws -> any CompiledNetwork {
        try PlannedNetwork(
            builder.graph, on: FetchingEngine(own: loops), input: builder.input, scope: scope, sharing: sharing)
    }

    @Test(arguments: GradientScope.allTestCases)
    func everyBackendSumsItsGradient(scope: GradientScope) throws {
        let builder = NetworkBuilder.everything(seed: 4, width: 16)
        for backend in try Backends.eachAtHand() {
            let compiled = try backend.compile(builder.graph, input: builder.input, gradient: scope)
            try run(compiled, builder, scope: scope)
            let (found, expected) = (try summary(compiled, builder.graph), try plain(compiled, builder.graph))
            #expect(found.sketch == expected.sketch)
            // Single precision within runs of 1,024.
            expectClose(expected.squares, found.squares, within: 1e-6)
            #expect((found.squares[1] > 0) == (scope != .none) && found.squares[2] == 0)
        }
    }

    /// The sketch to the bit: a bucket adds the same values in the same order. Squares are double throughout there, and single
    /// within runs here: hence within 1e-6.
    @Test(arguments: GradientScope.allTestCases, [8, 32])
    func aDeviceSumsAsThisMachineDoes(scope: GradientScope, width: Int) throws {
        let builder = NetworkBuilder.everything(seed: 4, width: width)
        #expect(width < 32 || builder.graph.parameters.contains { $0.values.count > GradientTable.tileLength })
        var all: [GradientSummary] = []
        for loops in try devices() {
            let compiled = try network(builder, loops, scope)
            try run(compiled, builder, scope: scope)
            let found = try summary(compiled, builder.graph)
            let here = try compiled.summarizedHere(
                groups: groups(builder.graph), seed: Self.seed, buckets: Self.buckets)
            #expect(found.sketch == here.sketch)
            expectClose(here.squares, found.squares, within: 1e-6)
            expectClose(try plain(compiled, builder.graph).squares, found.squares, within: 1e-12)
            #expect((found.squares[1] > 0) == (scope != .none) && found.squares[2] == 0)
            // Another image and back: what was fetched, and what the device has, follow the gradient.
            let outputs = try compiled.forward(Array(repeating: 1, count: builder.input.count))
            if scope != .none { try compiled.backward(outputs.map { $0.map { _ in 0.5 } }) }
            let other = try summary(compiled, builder.graph)
            #expect((other == found) == (scope == .none))
            #expect(try plain(compiled, builder.graph).sketch == other.sketch)
            try run(compiled, builder, scope: scope)
            #expect(try summary(compiled, builder.graph) == found)
            all.append(found)
        }
        // However the turns are divided.
        #expect(all.allSatisfy { $0 == all[0] })
    }

    /// Networks that share their weights share the table that says in which order values are added.
    @Test func anotherSeedIsAnotherSketch() throws {
        let builder = NetworkBuilder.everything(seed: 4, width: 8)
        for loops in try devices() {
            let sharing = SharedWeights()
            let pair = try (0..<2).map { _ in try network(builder, loops, .full, sharing) }
            for compiled in pair { try run(compiled, builder, scope: .full) }
            for (compiled, seed) in [(pair[0], 1), (pair[1], 2), (pair[0], 2), (pair[1], 1), (pair[0], 1)] {
                let seed = UInt64(seed)
                #expect(
                    try summary(compiled, builder.graph, seed: seed).sketch
                        == plain(compiled, builder.graph, seed: seed).sketch)
            }
        }
    }

    /// What the summary is for: 8 bytes a bucket and a tile come back, and not the gradient.
    @Test(.enabled(if: EmulatedGPU.isThere, "there is no compiler of C++"))
    func theGradientStaysOnTheDevice() throws {
        let builder = NetworkBuilder.everything(seed: 4, width: 32)
        let compiled = try network(builder, try EmulatedGPU.loops(), .full)
        try run(compiled, builder, scope: .full)
        let values = builder.graph.parameters.reduce(0) { $0 + ($1.isTrainable ? $1.values.count : 0) }
        let before = try EmulatedGPU.fetchedBytes()
        _ = try summary(compiled, builder.graph)
        let summed = try EmulatedGPU.fetchedBytes() - before
        let tiles = builder.graph.parameters.reduce(0) {
            $0 + ($1.isTrainable ? ($1.values.count + GradientTable.tileLength - 1) / GradientTable.tileLength : 0)
        }
        #expect(summed == UInt64(8 * (Self.buckets + tiles)))
        // Whoever asks for a parameter's gets them all at once, and once.
        for index in builder.graph.parameters.indices { _ = try compiled.gradient(ofParameter: index) }
        #expect(try EmulatedGPU.fetchedBytes() - before - summed == UInt64(4 * values))
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func whatIsNotFiniteShows(value: Float) throws {
        let builder = NetworkBuilder.everything(seed: 4, width: 8)
        for loops in try devices() {
            let compiled = try network(builder, loops, .full)
            let outputs = try compiled.forward(Array(repeating: 0.5, count: builder.input.count))
            try compiled.backward(
                outputs.enumerated().map { index, output in
                    var gradient = [Float](repeating: 0, count: output.count)
                    if index == 0 { gradient[0] = value }
                    return gradient
                })
            let found = try summary(compiled, builder.graph)
            #expect(!found.squares.reduce(0, +).isFinite)
            #expect(found.squares[2] == 0)
            #expect(found.sketch.contains { !$0.isFinite })
            // A clean image afterwards is a clean one.
            try run(compiled, builder, scope: .full)
            #expect(try summary(compiled, builder.graph).squares.reduce(0, +).isFinite)
        }
    }

    /// One parameter of one value, of several tiles, or of none; and squares that single precision has no room for.
    @Test(arguments: [1, 63, 64, 65, GradientTable.tileLength, 2 * GradientTable.tileLength + 1])
    func tilesOfEverySize(count: Int) throws {
        var graph = NetworkGraph()
        var numbers = SeededNumbers(seed: UInt64(count))
        let values = numbers.array(count).map { $0 * 1e25 }
        let one = graph.addParameter(NetworkParameter(name: "one", shape: [count], values: values))
        _ = graph.addParameter(NetworkParameter(name: "unreached", shape: [3], values: [1, 2, 3]))
        let groups = GradientGroups(graph, count: 1) { _ in 0 }
        let made = try #require(
            GradientTable([5..<5 + count, nil], groups: groups, seed: Self.seed, buckets: 4))
        // The order that is promised: 64 lanes a tile, then the lanes, then the tiles.
        var expected: [Double] = []
        for start in stride(from: 0, to: count, by: GradientTable.tileLength) {
            var lanes = [Double](repeating: 0, count: 64)
            for at in 0..<min(GradientTable.tileLength, count - start) {
                lanes[at % 64] += Double(values[start + at]) * Double(values[start + at])
            }
            expected.append(lanes.reduce(0, +))
        }
        #expect(made.tileGroups == expected.map { _ in 0 } && one == 0)
        var sketch = [Double](repeating: 0, count: 4)
        values.withUnsafeBufferPointer {
            VectorKernels.addToCountSketch($0, first: 0, seed: Self.seed, buckets: &sketch)
        }
        for loops in try devices() {
            let table = try DistantValues(
                [made.values.map { Float(bitPattern: UInt32(bitPattern: $0)) }], loops)
            let gradient = try DistantValues([Array(repeating: .nan, count: 5), values, [.nan]], loops)
            let sums = try loops.sumUp(gradient.start, table.start, tiles: expected.count, buckets: 4)
            #expect(sums == expected + sketch)
            #expect(!sums.contains { !$0.isFinite })
        }
    }

    /// Places are whole numbers of 32 bits: whoever has more values is summed up on this machine.
    @Test func aTableOfTooManyValuesIsRefused() {
        var graph = NetworkGraph()
        _ = graph.addParameter(NetworkParameter(name: "a", shape: [8], values: Array(repeating: 0, count: 8)))
        let groups = GradientGroups(graph, count: 1) { _ in 0 }
        #expect(GradientTable([0..<8], groups: groups, seed: 0, buckets: 4, most: 8) != nil)
        #expect(GradientTable([0..<8], groups: groups, seed: 0, buckets: 4, most: 7) == nil)
        #expect(GradientTable([0..<8], groups: groups, seed: 0, buckets: 16, most: 8) == nil)
    }

    /// The gradients of a convolution's own weight and scale, against those of the CPU and against double precision.
    @Test(arguments: [(1, 1), (5, 63), (3, 64), (7, 1000)])
    func unfolding(channels: Int, per: Int) throws {
        var numbers = SeededNumbers(seed: UInt64(per))
        let (gradient, weight) = (numbers.array(channels * per), numbers.array(channels * per))
        let (bias, scale) = (numbers.array(channels), numbers.array(channels))
        let (inverse, mean) = (numbers.array(channels), numbers.array(channels))
        var here = gradient
        var (gamma, beta) = ([Float](repeating: 0, count: channels), [Float](repeating: 0, count: channels))
        assay_unfold_gradient(&here, bias, weight, scale, inverse, mean, &gamma, &beta, Int32(channels), per)
        let exact = (0..<channels).map { channel -> Float in
            var lanes = [Double](repeating: 0, count: 64)
            for at in 0..<per {
                lanes[at % 64] += Double(gradient[channel * per + at]) * Double(weight[channel * per + at])
            }
            let centred = lanes.reduce(0, +) - Double(bias[channel]) * Double(mean[channel])
            return Float(centred * Double(inverse[channel]))
        }
        #expect(difference(gamma, exact) < 1e-5)
        for loops in try devices() {
            let there = try DistantValues([gradient, bias, gamma.map { _ in .nan }], loops)
            let norm = try DistantValues([weight, scale, inverse, mean], loops)
            let count = channels * per
            try loops.unfold(
                norm.start, weightGradient: there.start, biasGradient: there.start + count,
                gamma: there.start + count + channels, channels: channels, valuesPerChannel: per)
            var found = [Float](repeating: 0, count: count + 2 * channels)
            try loops.store(there.start, to: &found, count: found.count)
            #expect(Array(found[..<count]) == here)
            #expect(Array(found[count..<count + channels]) == bias)
            #expect(Array(found[(count + channels)...]) == exact)
        }
    }

    private static let installed = ProcessInfo.processInfo.environment[TorchInstallation.variable]

    /// PyTorch's CPU in the place of its GPU.
    @Test(.enabled(if: installed != nil, "ASSAY_TORCH names no PyTorch"), arguments: GradientScope.allTestCases)
    func pyTorchInThePlaceOfItsGPU(scope: GradientScope) throws {
        let builder = NetworkBuilder.everything(seed: 4, width: 32)
        let installation = try TorchInstallation.find(
            path: nil, environment: ProcessInfo.processInfo.environment)
        let found = try [TorchPlace.cpuAsDevice, .cpuAsDevice, .cpu].map { place in
            let compiled = try TorchBackend(installation, at: place).compile(
                builder.graph, input: builder.input, gradient: scope, sharing: SharedWeights())
            try run(compiled, builder, scope: scope)
            let found = try summary(compiled, builder.graph)
            #expect(try plain(compiled, builder.graph).sketch == found.sketch)
            return found
        }
        #expect(found[0] == found[1])
        // Gradients of scales are summed in double precision on a device.
        expectClose(found[2].squares, found[0].squares, within: 1e-5)
        #expect((found[0].squares[1] > 0) == (scope != .none))
    }
}
