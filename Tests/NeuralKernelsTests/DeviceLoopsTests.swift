import FileReading
import Foundation
import NeuralKernels
import Testing
import TorchKernels

/// The loops that run on a GPU, compiled as C and as an emulated GPU runs them, against those of the CPU; and networks that
/// use everything which a GPU needs, on this machine's memory.
@Suite struct DeviceLoopsTests {
    /// What a loop makes of the same values, by the loops of each kind.
    private func agree(
        _ counts: [Int], within tolerance: Double = 1e-6, seed: UInt64 = 3,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (any NetworkLoops, [UnsafeMutablePointer<Float>]) throws -> [Double]
    ) throws {
        var results: [([[Float]], [Double])] = []
        var kinds: [any NetworkLoops] = [HostLoops(), try DeviceLoops.ofHost()]
        if EmulatedGPU.isThere { kinds.append(try EmulatedGPU.loops()) }
        for loops in kinds {
            var numbers = SeededNumbers(seed: seed)
            let blocks = try counts.map { count in
                let block = try loops.allocate(count)
                try loops.load(numbers.array(count).map { 4 * $0 }, to: block, count: count)
                return block
            }
            defer { for block in blocks { loops.release(block) } }
            let figures = try body(loops, blocks)
            results.append(
                (
                    try zip(blocks, counts).map { block, count in
                        var values = [Float](repeating: 0, count: count)
                        try loops.store(block, to: &values, count: count)
                        return values
                    }, figures
                ))
        }
        for other in results.dropFirst() {
            for (a, b) in zip(results[0].0, other.0) {
                #expect(difference(a, b) <= Float(tolerance), sourceLocation: sourceLocation)
            }
            for (a, b) in zip(results[0].1, other.1) {
                #expect(abs(a - b) <= tolerance * max(1, abs(a)), sourceLocation: sourceLocation)
            }
        }
    }

    @Test(arguments: [NetworkGraph.Activation.silu, .leakyReLU(slope: 0.1), .leakyReLU(slope: 0)])
    func activations(activation: NetworkGraph.Activation) throws {
        let count = 10_007
        try agree([count, count]) { loops, at in
            try loops.activate(activation, at[0], to: at[1], count: count)
            return []
        }
        try agree([count, count]) { loops, at in
            try loops.activateKeepingDerivative(activation, at[0], to: at[1], count: count)
            return []
        }
    }

    @Test func sumsAndCopies() throws {
        let count = 1001
        try agree([count, count, count, count], within: 0) { loops, at in
            try loops.sum(at[0], at[1], to: at[2], count: count)
            try loops.add(at[0], to: at[1], count: count)
            try loops.multiply(at[2], by: at[1], count: count)
            try loops.copyChannels(
                (UnsafePointer(at[0]), 1, 2), to: (at[3], 1, 1), count: 3, pixels: 91, accumulate: true)
            try loops.copyChannels(
                (UnsafePointer(at[0]), 1, 0), to: (at[3], 1, 7), count: 2, pixels: 91, accumulate: false)
            try loops.loadAdding(Array(repeating: 1.5, count: 40), to: at[3] + 100, count: 40)
            try loops.zero(at[0], count: 17)
            try loops.copy(at[1], to: at[0] + 20, count: 30)
            // Nothing to do is no mistake.
            try loops.add(at[0], to: at[1], count: 0)
            return []
        }
    }

    @Test(arguments: [(5, 1, 2), (2, 2, 0), (3, 2, 1), (3, 3, 1), (13, 1, 6)])
    func pooling(kernel: Int, stride: Int, padding: Int) throws {
        let input = TensorShape(c: 5, h: 19, w: 23)
        func side(_ length: Int) -> Int { (length + 2 * padding - kernel) / stride + 1 }
        let pool = PoolShape(
            input: input, output: TensorShape(c: 5, h: side(19), w: side(23)), block: 1, kernel: kernel, stride: stride,
            padding: padding)
        let count = pool.output.count
        try agree([input.count, count, count, input.count], within: 1e-6) { loops, at in
            // Whole numbers, so that many are equal: the first of them wins.
            var values = [Float](repeating: 0, count: input.count)
            try loops.store(at[0], to: &values, count: values.count)
            try loops.load(values.map { $0.rounded() }, to: at[0], count: values.count)
            let winners = try loops.allocate(count)
            defer { loops.release(winners) }
            try loops.maxPool(pool, at[0], to: at[1], winners: winners)
            try loops.maxPoolBackward(pool, gradient: at[2], winners: winners, to: at[3])
            return []
        }
    }

    @Test func layouts() throws {
        let shape = UpsampleShape(input: TensorShape(c: 4, h: 5, w: 7), block: 1, factor: 3)
        let count = shape.input.count
        for accumulate in [false, true] {
            try agree([count, 9 * count, count], within: 1e-6) { loops, at in
                try loops.upsampleBackward(shape, gradient: at[1], to: at[2], accumulate: accumulate)
                try loops.upsample(shape, at[0], to: at[1])
                return []
            }
        }
        let shuffle = PixelShuffle(2, to: TensorShape(c: 3, h: 8, w: 10))
        try agree([240, 240, 240], within: 0) { loops, at in
            try loops.shuffle(shuffle, at[0], to: at[1], isBackward: false)
            try loops.shuffle(shuffle, at[0], to: at[2], isBackward: true)
            return []
        }
    }

    @Test func softmax() throws {
        try agree([33 * 97, 33 * 97], within: 1e-6) { loops, at in
            try loops.softmaxRows(at[0], rows: 33, length: 97)
            try loops.softmaxRowsBackward(at[0], gradient: at[1], rows: 33, length: 97, scale: 0.3)
            return []
        }
    }

    @Test(arguments: [1, 256, 1000])
    func batchNorm(pixels: Int) throws {
        for activation in [NetworkGraph.Activation.silu, .leakyReLU(slope: 0.1), .none] {
            let shape = NormalizedShape(channels: 6, block: 1, pixels: pixels, activation: activation)
            var numbers = SeededNumbers(seed: 5)
            let (shift, scale, offset) = (numbers.array(6), numbers.array(6), numbers.array(6))
            try agree([6 * pixels, 6 * pixels, 6 * pixels], within: 1e-5) { loops, at in
                var (sum, squares) = ([Double](repeating: 1, count: 6), [Double](repeating: 2, count: 6))
                try loops.batchSums(at[0], shape, shift: shift, sum: &sum, squares: &squares)
                try loops.normalize(at[0], to: at[1], shape, scale: scale, offset: offset)
                try loops.normalizeBackwardSums(
                    at[0], gradient: at[2], shape, scale: scale, offset: offset, shift: shift, sum: &sum,
                    products: &squares)
                try loops.normalizeBackward(
                    at[0], gradient: at[2], shape, byGradient: scale, byValue: offset, constant: shift)
                return sum + squares
            }
        }
    }

    private static let installed = ProcessInfo.processInfo.environment[TorchInstallation.variable]

    private func asDevice() throws -> TorchBackend {
        let installation = try TorchInstallation.find(
            path: nil, environment: ProcessInfo.processInfo.environment)
        return try TorchBackend(installation, at: .cpuAsDevice)
    }

    /// Everything but the GPU itself: memory, queues, weights that are loaded, results that are fetched.
    @Test(.enabled(if: installed != nil, "ASSAY_TORCH names no PyTorch"), arguments: [8, 16])
    func aNetworkOnADevice(width: Int) throws {
        let network = NetworkBuilder.everything(seed: 4, width: width)
        var numbers = SeededNumbers(seed: 9)
        let input = numbers.array(network.input.count)
        var results: [([[Float]], [[Float]])] = []
        for backend in [ReferenceBackend(), try asDevice(), try asDevice()] as [any Backend] {
            let compiled = try backend.compile(
                network.graph, input: network.input, gradient: .full, sharing: SharedWeights())
            _ = try compiled.forward(Array(repeating: 1, count: input.count))
            let outputs = try compiled.forward(input)
            var gradientNumbers = SeededNumbers(seed: 8)
            try compiled.backward(outputs.map { gradientNumbers.array($0.count) })
            let gradients = try network.graph.parameters.indices.map { try compiled.gradient(ofParameter: $0) }
            results.append((outputs, gradients))
        }
        for (a, b) in zip(results[0].0, results[1].0) { #expect(difference(a, b) < 2e-5) }
        for (a, b) in zip(results[0].1, results[1].1) { #expect(difference(a, b) < 1e-4) }
        #expect(results[1] == results[2])
    }

    @Test(.enabled(if: installed != nil, "ASSAY_TORCH names no PyTorch"))
    func trainingOnADevice() throws {
        let network = NetworkBuilder.everything(seed: 6, width: 16)
        var numbers = SeededNumbers(seed: 7)
        let inputs = (0..<3).map { _ in numbers.array(network.input.count) }
        let results = try ([ReferenceBackend(), try asDevice()] as [any Backend]).map {
            backend -> ([[[Float]]], [[Float]], [BatchStatistics]) in
            let compiled = try backend.compileForTraining(network.graph, input: network.input, gradient: .full)
            let outputs = try compiled.forward(batch: inputs)
            var gradientNumbers = SeededNumbers(seed: 8)
            try compiled.backward(batch: outputs.map { $0.map { gradientNumbers.array($0.count) } })
            let gradients = try network.graph.parameters.indices.map { index in
                try compiled.withGradient(ofParameter: index) { $0.map(Array.init) ?? [] }
            }
            return (outputs, gradients, compiled.batchStatistics)
        }
        for (a, b) in zip(results[0].0.joined(), results[1].0.joined()) { #expect(difference(a, b) < 5e-5) }
        let least = (results[0].1.joined().map(abs).max() ?? 0) / 1000
        for (a, b) in zip(results[0].1, results[1].1) { #expect(difference(a, b, least: least) < 5e-4) }
        for (a, b) in zip(results[0].2, results[1].2) { #expect(difference(a.variance, b.variance) < 1e-4) }
    }

    private static let compiler = ProcessInfo.processInfo.environment["ASSAY_NVRTC"]

    /// From the GPUs of 2018 to those of 2025.
    @Test(
        .enabled(if: compiler != nil, "ASSAY_NVRTC names no libnvrtc.so"),
        arguments: [(7, 5), (8, 0), (8, 6), (8, 9), (9, 0), (10, 0), (12, 0)] as [(Int32, Int32)])
    func theLoopsCompileForGPUs(major: Int32, minor: Int32) throws {
        let path = try #require(Self.compiler)
        let library = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
        #expect(DeviceLoops.problem(compilingWith: library, major: major, minor: minor) == nil)
    }
}
