import Foundation
import NeuralKernels
import Synchronization
import TestSupport
import Testing
import TorchKernels

/// Convolutions and products of matrices of a device, by way of this machine's memory: with the emulated driver and the loops
/// all that a network asks of a GPU.
struct FetchingEngine: NetworkEngine {
    let own: DeviceLoops

    var preferredBlock: Int { 1 }

    func loops() -> DeviceLoops { own }

    func convolution(_ request: ConvolutionRequest, _ loops: DeviceLoops) -> FetchingConvolution {
        FetchingConvolution(request, loops)
    }

    func multiply(
        node: String, _ size: (rows: Int, columns: Int, depth: Int), scale: Float, _ a: PlainMatrix, _ b: PlainMatrix,
        to: UnsafeMutablePointer<Float>, rowLength: Int
    ) throws {
        func rows(_ it: PlainMatrix, _ rows: Int, _ columns: Int) throws -> [[Float]] {
            let (lines, length) = it.isTransposed ? (columns, rows) : (rows, columns)
            let stored = try (0..<lines).map { try own.fetched(it.values + $0 * it.rowLength, length) }
            return it.isTransposed ? (0..<rows).map { row in stored.map { $0[row] } } : stored
        }
        let (left, right) = (try rows(a, size.rows, size.depth), try rows(b, size.depth, size.columns))
        for row in 0..<size.rows {
            let product = (0..<size.columns).map { column in
                scale * (0..<size.depth).reduce(0) { $0 + left[row][$1] * right[$1][column] }
            }
            try own.load(product, to: to + row * rowLength, count: size.columns)
        }
    }
}

final class FetchingConvolution: ConvolutionPasses {
    final class Weights: @unchecked Sendable { var (weight, bias): ([Float], [Float]) = ([], []) }

    private let request: ConvolutionRequest
    private let loops: DeviceLoops
    private var weights = Weights()
    private var (weightGradient, biasGradient): ([Float], [Float]) = ([], [])

    init(_ request: ConvolutionRequest, _ loops: DeviceLoops) { (self.request, self.loops) = (request, loops) }

    func scratchSize(_ pass: ConvolutionPass) -> Int { 0 }
    func makeWeights() -> Weights { Weights() }
    func set(_ weights: Weights, weight: [Float], bias: [Float]) { (weights.weight, weights.bias) = (weight, bias) }
    func use(_ weights: Weights) { self.weights = weights }

    /// Every product of the sums: where its input, its result and its weight stand.
    private func each(_ body: (_ input: Int, _ output: Int, _ weight: Int) -> Void) {
        let (it, input, output) = (request.convolution, request.input, request.output)
        let channels = input.c / it.groups
        for out in 0..<output.c {
            let first = out / (output.c / it.groups) * channels
            for tap in 0..<channels * it.kernelHeight * it.kernelWidth {
                let (down, across) = (tap / it.kernelWidth % it.kernelHeight, tap % it.kernelWidth)
                let channel = first + tap / (it.kernelHeight * it.kernelWidth)
                for y in 0..<output.h {
                    let from = y * it.stride - it.paddingHeight + down * it.dilation
                    guard from >= 0, from < input.h else { continue }
                    for x in 0..<output.w {
                        let left = x * it.stride - it.paddingWidth + across * it.dilation
                        guard left >= 0, left < input.w else { continue }
                        body(
                            (channel * input.h + from) * input.w + left, (out * output.h + y) * output.w + x,
                            out * channels * it.kernelHeight * it.kernelWidth + tap)
                    }
                }
            }
        }
    }

    func forward(
        _ input: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        let (values, pixels) = (try loops.fetched(input, request.input.count), request.output.pixels)
        var result = weights.bias.flatMap { Array(repeating: $0, count: pixels) }
        each { result[$1] += values[$0] * weights.weight[$2] }
        try loops.load(result, to: to, count: result.count)
    }

    func backwardData(
        _ gradient: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) throws {
        let arriving = try loops.fetched(gradient, request.output.count)
        var result = [Float](repeating: 0, count: request.input.count)
        each { result[$0] += arriving[$1] * weights.weight[$2] }
        try loops.load(result, to: to, count: result.count)
    }

    func backwardWeights(
        _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, scratch: UnsafeMutableRawPointer,
        accumulate: Bool
    ) throws {
        let (values, arriving) = (
            try loops.fetched(input, request.input.count), try loops.fetched(gradient, request.output.count)
        )
        if !accumulate {
            weightGradient = Array(repeating: 0, count: weights.weight.count)
            biasGradient = Array(repeating: 0, count: weights.bias.count)
        }
        each { weightGradient[$2] += values[$0] * arriving[$1] }
        for index in arriving.indices { biasGradient[index / request.output.pixels] += arriving[index] }
    }

    func takeGradients(
        scratch: UnsafeRawPointer, weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>
    ) throws {
        try loops.load(weightGradient, to: weight, count: weightGradient.count)
        try loops.load(biasGradient, to: bias, count: biasGradient.count)
    }
}

extension DeviceLoops {
    fileprivate func fetched(_ from: UnsafePointer<Float>, _ count: Int) throws -> [Float] {
        var values = [Float](repeating: 0, count: count)
        try store(from, to: &values, count: count)
        return values
    }
}

/// Whole networks whose memory and loops are an emulated GPU's: nothing of a network follows an address of a device, waits too
/// little, or depends on how loops are divided. The driver's calls and the text that NVRTC compiles are those of a GPU.
@Suite(.enabled(if: EmulatedGPU.isThere, "there is no compiler of C++"))
struct EmulatedGPUTests {
    private struct Pass: Equatable {
        var outputs: [[Float]]
        var gradients: [[Float]]
    }

    private func pass(_ compiled: any CompiledNetwork, _ network: NetworkBuilder, seed: UInt64) throws -> Pass {
        var numbers = SeededNumbers(seed: seed)
        let input = numbers.array(network.input.count)
        // What an earlier image left must not matter.
        _ = try compiled.forward(Array(repeating: 1, count: input.count))
        let outputs = try compiled.forward(input)
        try compiled.backward(outputs.map { numbers.array($0.count) })
        return Pass(
            outputs: outputs,
            gradients: try network.graph.parameters.indices.map { try compiled.gradient(ofParameter: $0) })
    }

    private func network(_ builder: NetworkBuilder) throws -> any CompiledNetwork {
        try PlannedNetwork(
            builder.graph, on: FetchingEngine(own: try EmulatedGPU.loops()), input: builder.input, scope: .full,
            sharing: SharedWeights())
    }

    @Test(arguments: [8, 16])
    func aNetworkIsTheReferences(width: Int) throws {
        let builder = NetworkBuilder.everything(seed: 4, width: width)
        let reference = try ReferenceBackend().compile(builder.graph, input: builder.input, gradient: .full)
        let expected = try pass(reference, builder, seed: 9)
        let found = try pass(try network(builder), builder, seed: 9)
        for (a, b) in zip(expected.outputs, found.outputs) { #expect(difference(a, b) < 2e-5) }
        for (a, b) in zip(expected.gradients, found.gradients) { #expect(difference(a, b) < 1e-4) }
        #expect(found.outputs.count == expected.outputs.count && found.gradients.count == expected.gradients.count)
    }

    /// Each thread has a queue of its own.
    @Test func threadsDoNotDisturbEachOther() throws {
        let builder = NetworkBuilder.everything(seed: 4, width: 8)
        let expected = try pass(try network(builder), builder, seed: 9)
        let passes = Mutex<[Pass]>([])
        DispatchQueue.concurrentPerform(iterations: 3) { _ in
            guard let own = try? network(builder), let found = try? pass(own, builder, seed: 9) else { return }
            passes.withLock { $0.append(found) }
        }
        #expect(passes.withLock { $0 } == [expected, expected, expected])
    }

    @Test func trainingIsTheReferences() throws {
        let builder = NetworkBuilder.everything(seed: 6, width: 16)
        var numbers = SeededNumbers(seed: 7)
        let inputs = (0..<3).map { _ in numbers.array(builder.input.count) }
        let reference = try ReferenceBackend().compileForTraining(
            builder.graph, input: builder.input, gradient: .full)
        let emulated = try PlannedNetwork(
            builder.graph, on: FetchingEngine(own: try EmulatedGPU.loops()), input: builder.input, scope: .full,
            trains: true)
        let results = try ([reference, emulated] as [any TrainingNetwork]).map { it in
            let outputs = try it.forward(batch: inputs)
            var gradients = SeededNumbers(seed: 8)
            try it.backward(batch: outputs.map { $0.map { gradients.array($0.count) } })
            let found = try builder.graph.parameters.indices.map { index in
                try it.withGradient(ofParameter: index) { $0.map(Array.init) ?? [] }
            }
            return (outputs: Array(outputs.joined()), gradients: found, variances: it.batchStatistics.map(\.variance))
        }
        for (a, b) in zip(results[0].outputs, results[1].outputs) { #expect(difference(a, b) < 5e-5) }
        let least = (results[0].gradients.joined().map(abs).max() ?? 0) / 1000
        for (a, b) in zip(results[0].gradients, results[1].gradients) { #expect(difference(a, b, least: least) < 5e-4) }
        for (a, b) in zip(results[0].variances, results[1].variances) { #expect(difference(a, b) < 1e-4) }
    }

    /// PyTorch's small library beside the large one is asked, which is not linked to NVRTC in every version.
    @Test func theCompilerIsFoundBesidePyTorch() throws {
        let folder = try TemporaryFolder()
        #expect(DeviceLoops.compiler(besides: folder.path + "/libtorch_cuda.so") == nil)
        try EmulatedGPU.makeLibrary(folder, name: "libcaffe2_nvrtc.so")
        let found = try #require(DeviceLoops.compiler(besides: folder.path + "/libtorch_cuda.so"))
        withExtendedLifetime(folder) {
            #expect(DeviceLoops.problem(compilingWith: found, major: 9, minor: 0) == nil)
        }
        // In NVRTC's words.
        #expect(DeviceLoops.problem(compilingWith: found, major: 3, minor: 5) == "refused")
    }
}
