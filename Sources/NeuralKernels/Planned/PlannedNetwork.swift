import CVectorKernels
import CheckedNumbers

/// A graph compiled for one shape: steps over one block of memory an image.
///
/// Several images go step by step together, so that a batch-norm can see all of them.
package final class PlannedNetwork<Engine: NetworkEngine>: CompiledNetwork, ProfiledNetwork, TrainingNetwork {
    package var keepsProfile = false {
        didSet { stepTimes = Array(repeating: .zero, count: keepsProfile ? steps.count : 0) }
    }
    /// By step, while a profile is kept.
    private var stepTimes: [Duration] = []
    private let engine: Engine
    private let graph: NetworkGraph
    private let steps: [Step]
    private let forwardCount: Int
    private let memory: MemoryPlan
    private let inputCount: Int
    private let outputCounts: [Int]
    private let convolutions: [FoldedConvolution<Engine.Convolution>]
    /// A block an image, made when first needed, and that of the image whose turn it is.
    private var blocks: [UnsafeMutablePointer<Float>] = []
    private var block: UnsafeMutablePointer<Float>
    private var imageCount = 1
    /// Of each step, in the first block; and that of the step whose turn it is.
    private let scratchPlaces: [MemoryPlan.Place?]
    private var scratch: UnsafeMutableRawPointer
    /// Gradients of all parameters in scope, one after the other.
    private var gradients: UnsafeMutableBufferPointer<Float>
    private var gradientRange: [Range<Int>?]

    /// - Parameters:
    ///   - trains: whether batch-norms use the statistics of the batch, over several images, and values change.
    ///   - precision: of the gradients.
    ///   - sharing: what it has in common with other networks of the same graph, shape, scope and precision.
    /// - Throws: `GraphError` where the graph does not fit the shape, or the engine refuses a convolution.
    package init(
        _ graph: NetworkGraph, on engine: Engine, input: TensorShape, scope: GradientScope, trains: Bool = false,
        precision: Precision = .single, sharing: SharedWeights? = nil
    ) throws {
        guard input.n == 1 else { throw GraphError(node: "input", reason: "one image at a time") }
        self.engine = engine
        self.graph = graph
        let shapes = try graph.shapes(input: input)
        var planner = StepPlanner(
            graph: graph, shapes: shapes, scope: scope, normalizesBatch: trains,
            preferredBlock: engine.preferredBlock)
        steps = planner.steps
        forwardCount = planner.forwardCount
        inputCount = input.count
        outputCounts = graph.outputs.map { shapes[$0].count }

        var made: [FoldedConvolution<Engine.Convolution>] = []
        var ranges: [Range<Int>?] = Array(repeating: nil, count: graph.parameters.count)
        var total = 0
        for index in planner.convolutions {
            guard case .convolution(let convolution) = graph.nodes[index].operation else { continue }
            let source = graph.nodes[index].inputs[0]
            let request = ConvolutionRequest(
                name: graph.nodes[index].name, convolution: convolution, input: shapes[source],
                inputBlock: planner.block(source), output: shapes[index], outputBlock: planner.block(index),
                needsData: planner.needsDataGradient(index), needsWeights: scope.includes(index), sumsImages: trains,
                precision: precision)
            made.append(
                try FoldedConvolution(
                    request, try engine.convolution(request), graph: graph,
                    normalizesBatch: planner.normalizesBatch(convolution, index), sharing: sharing.map { ($0, index) }))
            guard scope.includes(index) else { continue }
            let own = [
                convolution.weight, convolution.bias, convolution.batchNorm?.weight, convolution.batchNorm?.bias,
            ]
            for parameter in own.compactMap(\.self) {
                let count = graph.parameters[parameter].values.count
                ranges[parameter] = total..<total + count
                total += count
            }
        }
        convolutions = made
        gradientRange = ranges
        gradients = .allocate(capacity: max(1, total))
        gradients.initialize(repeating: 0)
        scratchPlaces = planner.settle { step in
            switch step {
            case .convolve(let index, _, _): made[index].passes.scratchSize(.forward)
            case .convolutionBackwardData(let index, _, _): made[index].passes.scratchSize(.backwardData)
            case .convolutionBackwardWeights(let index, _, _): made[index].passes.scratchSize(.backwardWeights)
            default: 0
            }
        }
        memory = planner.memory
        block = Self.makeBlock(memory)
        blocks = [block]
        scratch = UnsafeMutableRawPointer(block)
    }

    private static func makeBlock(_ memory: MemoryPlan) -> UnsafeMutablePointer<Float> {
        UnsafeMutableRawPointer.allocate(byteCount: max(16, memory.total) * 4, alignment: 64)
            .bindMemory(to: Float.self, capacity: max(16, memory.total))
    }

    deinit {
        gradients.deallocate()
        for block in blocks { UnsafeMutableRawPointer(block).deallocate() }
    }

    package func forward(_ input: [Float]) throws -> [[Float]] { try forward(batch: [input])[0] }

    package func backward(_ outputGradients: [[Float]]) throws { try backward(batch: [outputGradients]) }

    package func setParameters(_ values: [[Float]]) throws {
        precondition(values.map(\.count) == graph.parameters.map(\.values.count))
        for convolution in convolutions { try convolution.setValues { values[$0] } }
    }

    package func forward(batch inputs: [[Float]]) throws -> [[[Float]]] {
        precondition(!inputs.isEmpty && inputs.allSatisfy { $0.count == inputCount })
        imageCount = inputs.count
        while blocks.count < imageCount { blocks.append(Self.makeBlock(memory)) }
        var outputs = inputs.map { _ in outputCounts.map { [Float](repeating: 0, count: $0) } }
        for index in 0..<forwardCount { try measure(index) { try runForAll(index, inputs, &outputs) } }
        return outputs
    }

    package func backward(batch outputGradients: [[[Float]]]) throws {
        precondition(outputGradients.count == imageCount)
        precondition(outputGradients.allSatisfy { $0.map(\.count) == outputCounts })
        // What no gradient reaches stays zero, as it was made; all else is written anew.
        var arriving = outputGradients
        for index in forwardCount..<steps.count {
            try measure(index) { try runForAll(index, [], &arriving) }
        }
    }

    private func measure(_ step: Int, _ body: () throws -> Void) throws {
        guard keepsProfile else { return try body() }
        let start = ContinuousClock.now
        try body()
        stepTimes[step] += ContinuousClock.now - start
    }

    package var profile: [ProfileEntry] {
        zip(steps, stepTimes).map { step, time in
            let convolution = step.convolution
            return ProfileEntry(
                kind: step.kind, node: convolution.map { convolutions[$0].name } ?? "", time: time)
        }
    }

    package var batchStatistics: [BatchStatistics] { convolutions.compactMap(\.normalizer?.statistics) }

    package func withGradient<Result>(
        ofParameter index: Int, _ body: (UnsafeBufferPointer<Float>?) throws -> Result
    ) rethrows -> Result {
        guard graph.parameters[index].isTrainable, let range = gradientRange[index] else { return try body(nil) }
        return try body(UnsafeBufferPointer(rebasing: gradients[range]))
    }

    private func at(_ place: MemoryPlan.Place) -> UnsafeMutablePointer<Float> { block + memory.offset(of: place) }

    /// Where the gradient of a parameter begins.
    private func gradientStart(_ parameter: Int) -> UnsafeMutablePointer<Float>? {
        guard let range = gradientRange[parameter] else { return nil }
        return gradients.baseAddress?.advanced(by: range.lowerBound)
    }

    /// - Parameter outer: an element an image, as in `run`.
    private func runForAll(_ index: Int, _ inputs: [[Float]], _ outer: inout [[[Float]]]) throws {
        let step = steps[index]
        scratch = UnsafeMutableRawPointer(blocks[0] + (scratchPlaces[index].map(memory.offset) ?? 0))
        func places<To>(_ make: (UnsafeMutablePointer<Float>) -> To) -> [To] { blocks[..<imageCount].map(make) }
        switch step {
        case .normalizeBatch(let index, let from, let to):
            let (from, to) = (memory.offset(of: from), memory.offset(of: to))
            convolutions[index].normalizer?.forward(places { (UnsafePointer($0 + from), $0 + to) })
        case .normalizeBatchBackward(let index, let from, let gradient):
            let (from, to) = (memory.offset(of: from), memory.offset(of: gradient))
            convolutions[index].normalizer?.backward(places { (UnsafePointer($0 + from), $0 + to) })
        default:
            for image in 0..<imageCount {
                block = blocks[image]
                try run(step, inputs.isEmpty ? [] : inputs[image], &outer[image], image)
            }
        }
    }

    /// - Parameter outer: the outputs, or on the way back their gradients.
    private func run(_ step: Step, _ input: [Float], _ outer: inout [[Float]], _ image: Int) throws {
        switch step {
        case .importInput(let to, let count):
            input.withUnsafeBufferPointer { source in
                if let base = source.baseAddress { at(to).update(from: base, count: count) }
            }
        case .exportOutput(let index, let from, let block, let channels, let pixels):
            assay_copy_channels(at(from), Int32(block), 0, &outer[index], 1, 0, Int32(channels), pixels, 0)
        case .importGradient(let index, let to, let block, let channels, let pixels, let accumulate):
            assay_copy_channels(
                outer[index], 1, 0, at(to), Int32(block), 0, Int32(channels), pixels, accumulate ? 1 : 0)
        case .convolve(let index, let from, let to):
            try convolutions[index].passes.forward(at(from), to: at(to), scratch: scratch)
        case .convolutionBackwardData(let index, let gradient, let to):
            try convolutions[index].passes.backwardData(at(gradient), to: at(to), scratch: scratch)
        case .convolutionBackwardWeights(let index, let from, let gradient):
            let convolution = convolutions[index]
            try convolution.passes.backwardWeights(
                at(from), at(gradient), scratch: scratch, accumulate: image > 0)
            if image == imageCount - 1 { try convolution.takeGradients(scratch: scratch, into: gradientStart) }
        case .activate(.silu, let before, let to, let count): assay_silu(at(before), at(to), count)
        case .activate(.leakyReLU(let slope), let before, let to, let count):
            assay_leaky(at(before), at(to), slope, count)
        case .activate(.none, _, _, _), .activateKeepingDerivative(.none, _, _, _): break
        case .activateKeepingDerivative(.silu, let before, let to, let count):
            assay_silu_keeping_derivative(at(before), at(to), count)
        case .activateKeepingDerivative(.leakyReLU(let slope), let before, let to, let count):
            assay_leaky_keeping_derivative(at(before), at(to), slope, count)
        case .attention(let attention, let from, let to, let weights):
            try attention.forward(on: engine, at(from), to: at(to), weights: at(weights))
        case .attentionBackward(let attention, let from, let weights, let gradient, let to, let scratch):
            try attention.backward(
                on: engine, at(from), weights: at(weights), gradient: at(gradient), to: at(to), scratch: at(scratch))
        case .pixelShuffle(let shuffle, let from, let to): shuffle.forward(at(from), at(to))
        case .pixelShuffleBackward(let shuffle, let gradient, let to): shuffle.backward(at(gradient), at(to))
        default: runElementwise(step)
        }
    }

    private func runElementwise(_ step: Step) {
        switch step {
        case .maxPool(let pool, let from, let to, let winners):
            at(winners).withMemoryRebound(to: Int32.self, capacity: pool.outShape.count) { won in
                assay_max_pool(
                    at(from), at(to), won, Int32(pool.inShape.c / pool.block), Int32(pool.block),
                    Int32(pool.inShape.h), Int32(pool.inShape.w), Int32(pool.kernel), Int32(pool.stride),
                    Int32(pool.padding), Int32(pool.outShape.h), Int32(pool.outShape.w))
            }
        case .maxPoolBackward(let pool, let gradient, let winners, let to):
            at(winners).withMemoryRebound(to: Int32.self, capacity: pool.outShape.count) { won in
                assay_max_pool_backward(
                    at(gradient), won, at(to), Int32(pool.inShape.c / pool.block), Int32(pool.block),
                    Int32(pool.inShape.pixels), Int32(pool.outShape.pixels))
            }
        case .upsample(let it, let from, let to):
            assay_upsample(
                at(from), at(to), Int32(it.inShape.c / it.block), Int32(it.block), Int32(it.inShape.h),
                Int32(it.inShape.w), Int32(it.factor))
        case .upsampleBackward(let it, let gradient, let to, let accumulate):
            assay_upsample_backward(
                at(gradient), at(to), Int32(it.inShape.c / it.block), Int32(it.block), Int32(it.inShape.h),
                Int32(it.inShape.w), Int32(it.factor), accumulate ? 1 : 0)
        case .sum(let a, let b, let to, let count): assay_sum(at(to), at(a), at(b), count)
        case .add(let from, let to, let count): assay_add_to(at(to), at(from), count)
        case .copy(let from, let to, let count): at(to).update(from: at(from), count: count)
        case .multiply(let to, let by, let count): assay_multiply(at(to), at(by), count)
        case .zero(let place, let count): at(place).update(repeating: 0, count: count)
        case .copyChannels(let from, let to, let count, let pixels, let accumulate):
            assay_copy_channels(
                at(from.place), Int32(from.block), from.offset, at(to.place), Int32(to.block), to.offset,
                Int32(count), pixels, accumulate ? 1 : 0)
        default: preconditionFailure("a step of the other kind")
        }
    }
}
