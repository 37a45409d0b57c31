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
    private let loops: Engine.Loops
    private let graph: NetworkGraph
    private let steps: [Step]
    private let forwardCount: Int
    private let memory: MemoryPlan
    private let inputCount: Int
    private let outputCounts: [Int]
    private let convolutions: [FoldedConvolution<Engine.Convolution, Engine.Loops>]
    /// A block an image, made when first needed, and that of the image whose turn it is.
    private var blocks: [UnsafeMutablePointer<Float>] = []
    private var block: UnsafeMutablePointer<Float>
    private var imageCount = 1
    /// Of each step, in the first block; and that of the step whose turn it is.
    private let scratchPlaces: [MemoryPlan.Place?]
    private var scratch: UnsafeMutableRawPointer
    private let gradients: NetworkGradients

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
        loops = try engine.loops()
        self.graph = graph
        let shapes = try graph.shapes(input: input)
        var planner = StepPlanner(
            graph: graph, shapes: shapes, scope: scope, normalizesBatch: trains,
            preferredBlock: engine.preferredBlock)
        steps = planner.steps
        forwardCount = planner.forwardCount
        inputCount = input.count
        outputCounts = graph.outputs.map { shapes[$0].count }

        var made: [FoldedConvolution<Engine.Convolution, Engine.Loops>] = []
        var ranges: [Range<Int>?] = Array(repeating: nil, count: graph.parameters.count)
        var hidden: Set<Int> = []
        var total = 0
        for index in planner.convolutions {
            guard case .convolution(let convolution) = graph.nodes[index].operation else { continue }
            let source = graph.nodes[index].inputs[0]
            let takesShiftsAlone = planner.takesShiftsAlone(convolution, index)
            let request = ConvolutionRequest(
                name: graph.nodes[index].name, convolution: convolution, input: shapes[source],
                inputBlock: planner.block(source), output: shapes[index], outputBlock: planner.block(index),
                needsData: planner.needsDataGradient(index), needsWeights: scope.includes(index) && !takesShiftsAlone,
                sumsImages: trains, precision: precision)
            made.append(
                try FoldedConvolution(
                    request, try engine.convolution(request, loops), loops, graph: graph,
                    normalizesBatch: planner.normalizesBatch(convolution, index), takesShiftsAlone: takesShiftsAlone,
                    sharing: sharing.map { ($0, index) }))
            guard scope.includes(index) else { continue }
            let own = [
                takesShiftsAlone ? nil : convolution.weight, convolution.bias, convolution.batchNorm?.weight,
                convolution.batchNorm?.bias,
            ]
            for parameter in own.compactMap(\.self) {
                let count = graph.parameters[parameter].values.count
                ranges[parameter] = total..<total + count
                total += count
            }
            // Computed for the sake of the scales, and not asked for.
            if !scope.includesWeights(graph.parameters[convolution.weight].values.count) {
                hidden.insert(convolution.weight)
            }
        }
        convolutions = made
        gradients = try NetworkGradients(
            ranges, count: total, given: { graph.parameters[$0].isTrainable && !hidden.contains($0) }, loops: loops,
            sharing: sharing)
        scratchPlaces = planner.settle { step in
            switch step {
            case .convolve(let index, _, _): made[index].passes.scratchSize(.forward)
            case .convolutionBackwardData(let index, _, _): made[index].passes.scratchSize(.backwardData)
            case .convolutionBackwardWeights(let index, _, _): made[index].passes.scratchSize(.backwardWeights)
            default: 0
            }
        }
        memory = planner.memory
        block = try Self.makeBlock(memory, loops)
        blocks = [block]
        scratch = UnsafeMutableRawPointer(block)
    }

    private static func makeBlock(_ memory: MemoryPlan, _ loops: Engine.Loops) throws -> UnsafeMutablePointer<Float> {
        try loops.allocate(max(16, memory.total))
    }

    deinit {
        for block in blocks { loops.release(block) }
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
        while blocks.count < imageCount { blocks.append(try Self.makeBlock(memory, loops)) }
        var outputs = inputs.map { _ in outputCounts.map { [Float](repeating: 0, count: $0) } }
        for index in 0..<forwardCount { try measure(index) { try runForAll(index, inputs, &outputs) } }
        return outputs
    }

    package func backward(batch outputGradients: [[[Float]]]) throws {
        precondition(outputGradients.count == imageCount)
        precondition(outputGradients.allSatisfy { $0.map(\.count) == outputCounts })
        // What no gradient reaches stays zero, as it was made; all else is written anew.
        gradients.change()
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
    ) throws -> Result { try gradients.with(index, body) }

    package func gradientSummary(
        groups: GradientGroups, seed: UInt64, buckets: Int
    ) throws -> GradientSummary {
        try gradients.summary(groups: groups, seed: seed, buckets: buckets)
            ?? summarizedHere(groups: groups, seed: seed, buckets: buckets)
    }

    private func at(_ place: MemoryPlan.Place) -> UnsafeMutablePointer<Float> { block + memory.offset(of: place) }

    /// - Parameter outer: an element an image, as in `run`.
    private func runForAll(_ index: Int, _ inputs: [[Float]], _ outer: inout [[[Float]]]) throws {
        let step = steps[index]
        scratch = UnsafeMutableRawPointer(blocks[0] + (scratchPlaces[index].map(memory.offset) ?? 0))
        func places<To>(_ make: (UnsafeMutablePointer<Float>) -> To) -> [To] { blocks[..<imageCount].map(make) }
        switch step {
        case .normalizeBatch(let index, let from, let to):
            let (from, to) = (memory.offset(of: from), memory.offset(of: to))
            try convolutions[index].normalizer?.forward(places { (UnsafePointer($0 + from), $0 + to) }, loops)
        case .normalizeBatchBackward(let index, let from, let gradient):
            let (from, to) = (memory.offset(of: from), memory.offset(of: gradient))
            try convolutions[index].normalizer?.backward(places { (UnsafePointer($0 + from), $0 + to) }, loops)
        case .shiftBackward(let index, let from, let gradient):
            let (from, to) = (memory.offset(of: from), memory.offset(of: gradient))
            try convolutions[index].shifts?.backward(places { (UnsafePointer($0 + from), $0 + to) }, loops)
            try convolutions[index].shifts?.takeGradients(into: gradients.start, loops)
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
        case .importInput(let to, let count): try loops.load(input, to: at(to), count: count)
        case .exportOutput(let index, let from, let block, let channels, let pixels):
            try export(at(from), block, channels, pixels, to: &outer[index])
        case .importGradient(let index, let to, let block, let channels, let pixels, let accumulate):
            try self.import(outer[index], to: at(to), block, channels, pixels, accumulate)
        case .convolve(let index, let from, let to):
            try convolutions[index].passes.forward(at(from), to: at(to), scratch: scratch)
        case .convolutionBackwardData(let index, let gradient, let to):
            try convolutions[index].passes.backwardData(at(gradient), to: at(to), scratch: scratch)
        case .convolutionBackwardWeights(let index, let from, let gradient):
            let convolution = convolutions[index]
            try convolution.passes.backwardWeights(
                at(from), at(gradient), scratch: scratch, accumulate: image > 0)
            if image == imageCount - 1 { try convolution.takeGradients(scratch: scratch, into: gradients.start) }
        case .attention(let attention, let from, let to, let weights):
            try attention.forward(on: engine, loops, at(from), to: at(to), weights: at(weights))
        case .attentionBackward(let attention, let from, let weights, let gradient, let to, let scratch):
            try attention.backward(
                on: engine, loops, at(from), weights: at(weights), gradient: at(gradient), to: at(to),
                scratch: at(scratch))
        default: try runLoop(step)
        }
    }

    /// The network's outputs are plain.
    private func export(
        _ from: UnsafePointer<Float>, _ block: Int, _ channels: Int, _ pixels: Int, to output: inout [Float]
    ) throws {
        try output.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            guard block > 1 else { return try loops.store(from, to: base, count: channels * pixels) }
            try loops.copyChannels(
                (from, block, 0), to: (base, 1, 0), count: channels, pixels: pixels, accumulate: false)
        }
    }

    private func `import`(
        _ gradient: [Float], to: UnsafeMutablePointer<Float>, _ block: Int, _ channels: Int, _ pixels: Int,
        _ accumulate: Bool
    ) throws {
        try gradient.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            guard block > 1 else {
                return accumulate
                    ? try loops.loadAdding(base, to: to, count: channels * pixels)
                    : try loops.load(base, to: to, count: channels * pixels)
            }
            try loops.copyChannels(
                (base, 1, 0), to: (to, block, 0), count: channels, pixels: pixels, accumulate: accumulate)
        }
    }

    private func runLoop(_ step: Step) throws {
        switch step {
        case .activate(let activation, let before, let to, let count):
            try loops.activate(activation, at(before), to: at(to), count: count)
        case .activateKeepingDerivative(let activation, let before, let to, let count):
            try loops.activateKeepingDerivative(activation, at(before), to: at(to), count: count)
        case .pixelShuffle(let shuffle, let from, let to):
            try loops.shuffle(shuffle, at(from), to: at(to), isBackward: false)
        case .pixelShuffleBackward(let shuffle, let gradient, let to):
            try loops.shuffle(shuffle, at(gradient), to: at(to), isBackward: true)
        case .maxPool(let pool, let from, let to, let winners):
            try loops.maxPool(pool, at(from), to: at(to), winners: at(winners))
        case .maxPoolBackward(let pool, let gradient, let winners, let to):
            try loops.maxPoolBackward(pool, gradient: at(gradient), winners: at(winners), to: at(to))
        case .upsample(let shape, let from, let to): try loops.upsample(shape, at(from), to: at(to))
        case .upsampleBackward(let shape, let gradient, let to, let accumulate):
            try loops.upsampleBackward(shape, gradient: at(gradient), to: at(to), accumulate: accumulate)
        case .sum(let a, let b, let to, let count): try loops.sum(at(a), at(b), to: at(to), count: count)
        case .add(let from, let to, let count): try loops.add(at(from), to: at(to), count: count)
        case .copy(let from, let to, let count): try loops.copy(at(from), to: at(to), count: count)
        case .multiply(let to, let by, let count): try loops.multiply(at(to), by: at(by), count: count)
        case .zero(let place, let count): try loops.zero(at(place), count: count)
        case .copyChannels(let from, let to, let count, let pixels, let accumulate):
            try loops.copyChannels(
                (UnsafePointer(at(from.place)), from.block, from.offset), to: (at(to.place), to.block, to.offset),
                count: count,
                pixels: pixels, accumulate: accumulate)
        default: preconditionFailure("a step of the other kind")
        }
    }
}
