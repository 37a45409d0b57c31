/// Turns a graph into steps over planned memory.
///
/// - A concatenation's inputs are computed straight into its place, and a slice is a part of its source's, wherever
///   whole blocks of channels allow: nothing is copied, forward or backward.
/// - The first gradient that reaches a place overwrites it, later ones are added.
struct StepPlanner {
    typealias Place = MemoryPlan.Place

    let graph: NetworkGraph
    let shapes: [TensorShape]
    let scope: GradientScope
    /// Whether batch-norms in scope use the statistics of the batch.
    let normalizesBatch: Bool
    /// Channels that convolutions like to find together.
    let preferredBlock: Int

    var steps: [Step] = []
    /// How many of the steps are the forward pass.
    private(set) var forwardCount = 0
    var memory = MemoryPlan()
    /// Graph nodes that are convolutions, in order; steps name them by their position here.
    private(set) var convolutions: [Int] = []

    /// Where a node's result lies: from this channel of this node's own buffer.
    private var location: [(root: Int, channel: Int)] = []
    private var values: [Int: Place] = [:]
    private var gradients: [Int: Place] = [:]
    private var initialised: [Int: [Bool]] = [:]
    private var derivatives: [Int: Place] = [:]
    /// Results of convolutions before their activation, where that is computed again on the way back.
    private var recomputed: [Int: Place] = [:]
    /// Results of convolutions before their activation, where scales and shifts alone have gradients.
    private var unshifted: [Int: Place] = [:]
    /// Results of convolutions before their batch-norm.
    private var unnormalized: [Int: Place] = [:]
    private var winners: [Int: Place] = [:]
    /// What the backward pass of an attention needs: its input in plain order, and its softmax weights.
    var attended: [Int: (input: Place, weights: Place)] = [:]

    init(
        graph: NetworkGraph, shapes: [TensorShape], scope: GradientScope, normalizesBatch: Bool, preferredBlock: Int
    ) {
        self.graph = graph
        self.shapes = shapes
        self.scope = scope
        self.normalizesBatch = normalizesBatch
        self.preferredBlock = preferredBlock
        locate()
        for index in graph.nodes.indices { planForward(index) }
        for (position, node) in graph.outputs.enumerated() {
            steps.append(
                .exportOutput(
                    position, from: value(node), block: block(node), channels: shapes[node].c,
                    pixels: shapes[node].pixels))
        }
        forwardCount = steps.count
        if scope != .none { planBackward() }
    }

    /// Gives every buffer its place.
    ///
    /// - Parameter scratchSize: bytes of scratch memory that a step needs.
    /// - Returns: the scratch memory of each step.
    mutating func settle(scratchSize: (Step) -> Int) -> [Place?] {
        var scratch: [Place?] = []
        for (index, step) in steps.enumerated() {
            for place in step.places { memory.use(place, atStep: index) }
            let size = scratchSize(step)
            scratch.append(size > 0 ? memory.add(count: (size + 3) / 4) : nil)
            scratch[index].map { memory.use($0, atStep: index) }
        }
        memory.settle()
        return scratch
    }

    /// The channels that lie together in a node's layout.
    func block(_ node: Int) -> Int { shapes[node].c % preferredBlock == 0 ? preferredBlock : 1 }

    /// Whether a convolution's batch-norm uses the statistics of the batch.
    func normalizesBatch(_ convolution: NetworkGraph.Convolution, _ node: Int) -> Bool {
        normalizesBatch && convolution.batchNorm != nil && scope.includes(node)
    }

    /// Whether of a convolution's parameters scale and shift, or the bias, alone are to have gradients.
    ///
    /// Scales have theirs by what the convolution gives, which says nothing where they are next to nothing: gradients of
    /// the weights are computed there.
    func takesShiftsAlone(_ convolution: NetworkGraph.Convolution, _ node: Int) -> Bool {
        guard !normalizesBatch, scope.includes(node),
            !scope.includesWeights(graph.parameters[convolution.weight].values.count)
        else { return false }
        guard let norm = convolution.batchNorm else { return true }
        return zip(graph.parameters[norm.weight].values, graph.parameters[norm.bias].values).allSatisfy {
            abs($0) >= 1e-3 * max(1, abs($1))
        }
    }

    func needsDataGradient(_ node: Int) -> Bool {
        let input = graph.nodes[node].inputs[0]
        return scope.includes(input) && graph.nodes[input].operation.passesGradient
    }

    // MARK: Places

    private mutating func locate() {
        location = graph.nodes.indices.map { ($0, 0) }
        for index in graph.nodes.indices.reversed() where graph.nodes[index].operation == .concatenate {
            var channel = 0
            for input in graph.nodes[index].inputs {
                defer { channel += shapes[input].c }
                var isOwner = location[input].root == input && block(input) == block(index)
                isOwner = isOwner && channel % block(index) == 0
                switch graph.nodes[input].operation {
                case .input, .slice, .detach: continue
                default: break
                }
                if isOwner { location[input] = (location[index].root, location[index].channel + channel) }
            }
        }
        for index in graph.nodes.indices {
            if graph.nodes[index].operation == .detach { location[index] = location[graph.nodes[index].inputs[0]] }
            guard case .slice(let from, let count) = graph.nodes[index].operation else { continue }
            let source = graph.nodes[index].inputs[0]
            if from % block(source) == 0, count % block(source) == 0, block(index) == block(source) {
                location[index] = (location[source].root, location[source].channel + from)
            }
        }
    }

    private func isPart(_ node: Int, of owner: Int, atChannel channel: Int) -> Bool {
        location[node] == (location[owner].root, location[owner].channel + channel)
    }

    mutating func value(_ node: Int) -> Place {
        let (root, channel) = location[node]
        var place = values[root] ?? memory.add(count: shapes[root].count)
        values[root] = place
        place.offset = channel * shapes[root].pixels
        return place
    }

    mutating func gradient(_ node: Int) -> Place {
        let (root, channel) = location[node]
        var place = gradients[root] ?? memory.add(count: shapes[root].count)
        gradients[root] = place
        place.offset = channel * shapes[root].pixels
        return place
    }

    /// Whether a convolution's activation is computed again on the way back, so that until then only what it is
    /// computed from need be kept: the largest ones, some 1 % of the time for a tenth of the memory.
    private func isWorthRecomputing(_ node: Int) -> Bool {
        location[node].root == node && shapes[node].count >= 1_000_000
    }

    /// On the way back: computes a convolution's activation again where it has not been kept, with its derivative.
    private mutating func recompute(_ node: Int) {
        guard let before = recomputed.removeValue(forKey: node),
            case .convolution(let it) = graph.nodes[node].operation
        else { return }
        let again = memory.add(count: shapes[node].count)
        steps.append(.activateKeepingDerivative(it.activation, before, to: again, count: shapes[node].count))
        values[node] = again
        derivatives[node] = before
    }

    // MARK: Forward

    private mutating func planForward(_ index: Int) {
        let node = graph.nodes[index]
        let shape = shapes[index]
        switch node.operation {
        case .input:
            steps.append(.importInput(to: value(index), count: shape.count))
        case .convolution(let convolution):
            convolutions.append(index)
            let position = convolutions.count - 1
            let from = value(node.inputs[0])
            let to = value(index)
            if normalizesBatch(convolution, index) {
                let before = memory.add(count: shape.count)
                unnormalized[index] = before
                steps.append(.convolve(position, from: from, to: before))
                steps.append(.normalizeBatch(position, before, to: to))
            } else if convolution.activation == .none {
                steps.append(.convolve(position, from: from, to: to))
            } else if scope.includes(index) {
                let before = memory.add(count: shape.count)
                steps.append(.convolve(position, from: from, to: before))
                if takesShiftsAlone(convolution, index) {
                    unshifted[index] = before
                    steps.append(.activate(convolution.activation, before, to: to, count: shape.count))
                } else if isWorthRecomputing(index) {
                    recomputed[index] = before
                    steps.append(.activate(convolution.activation, before, to: to, count: shape.count))
                } else {
                    derivatives[index] = before
                    steps.append(
                        .activateKeepingDerivative(convolution.activation, before, to: to, count: shape.count))
                }
            } else {
                steps.append(.convolve(position, from: from, to: to))
                steps.append(.activate(convolution.activation, to, to: to, count: shape.count))
            }
        case .maxPool(let kernel, let stride, let padding):
            let won = memory.add(count: shape.count)
            winners[index] = won
            let pool = PoolShape(
                input: shapes[node.inputs[0]], output: shape, block: block(index), kernel: kernel,
                stride: stride, padding: padding)
            steps.append(.maxPool(pool, from: value(node.inputs[0]), to: value(index), winners: won))
        case .upsampleNearest(let factor):
            steps.append(.upsample(upsample(node, factor), from: value(node.inputs[0]), to: value(index)))
        case .pixelShuffle(let factor): planForward(PixelShuffle(factor, to: shape), index)
        case .concatenate:
            var channel = 0
            for input in node.inputs {
                if !isPart(input, of: index, atChannel: channel) {
                    copy(from: value(input), input, 0, to: value(index), index, channel, shapes[input].c, false)
                }
                channel += shapes[input].c
            }
        case .add:
            let to = value(index)
            steps.append(.sum(value(node.inputs[0]), value(node.inputs[1]), to: to, count: shape.count))
            for input in node.inputs.dropFirst(2) { steps.append(.add(value(input), to: to, count: shape.count)) }
        case .slice(let from, let count):
            if !isPart(index, of: node.inputs[0], atChannel: from) {
                copy(from: value(node.inputs[0]), node.inputs[0], from, to: value(index), index, 0, count, false)
            }
        case .activation(let activation):
            let to = value(index)
            guard scope.includes(index) else {
                steps.append(.activate(activation, value(node.inputs[0]), to: to, count: shape.count))
                return
            }
            let before = memory.add(count: shape.count)
            derivatives[index] = before
            steps.append(.copy(value(node.inputs[0]), to: before, count: shape.count))
            steps.append(.activateKeepingDerivative(activation, before, to: to, count: shape.count))
        case .attention(let attention): planForward(attention, index)
        case .detach: break
        }
    }

    private func upsample(_ node: NetworkGraph.Node, _ factor: Int) -> UpsampleShape {
        UpsampleShape(input: shapes[node.inputs[0]], block: block(node.inputs[0]), factor: factor)
    }

    private mutating func copy(
        from: Place, _ source: Int, _ sourceChannel: Int, to: Place, _ target: Int, _ targetChannel: Int,
        _ count: Int, _ accumulate: Bool
    ) {
        steps.append(
            .copyChannels(
                .init(place: from, block: block(source), offset: sourceChannel),
                to: .init(place: to, block: block(target), offset: targetChannel), count: count,
                pixels: shapes[source].pixels, accumulate: accumulate))
    }

    // MARK: Backward

    private enum Arrival { case nothing, something }

    /// Whether anything has reached a node's gradient; what has not been reached of it is then set to zero.
    private mutating func settleGradient(_ node: Int) -> Arrival {
        let (root, channel) = location[node]
        let range = channel..<channel + shapes[node].c
        let reached = initialised[root] ?? Array(repeating: false, count: shapes[root].c)
        guard reached[range].contains(true) else { return .nothing }
        if reached[range].contains(false) {
            let size = block(root)
            for start in stride(from: range.lowerBound, to: range.upperBound, by: size) where !reached[start] {
                var place = gradient(root)
                place.offset = start * shapes[root].pixels
                steps.append(.zero(place, count: size * shapes[root].pixels))
            }
            initialised[root, default: reached].replaceSubrange(
                range, with: Array(repeating: true, count: range.count))
        }
        return .something
    }

    /// Notes that a node's gradient is about to be written, and tells whether to add to what is there.
    mutating func accumulates(_ node: Int) -> Bool {
        if settleGradient(node) == .something { return true }
        let (root, channel) = location[node]
        initialised[root, default: Array(repeating: false, count: shapes[root].c)].replaceSubrange(
            channel..<channel + shapes[node].c, with: Array(repeating: true, count: shapes[node].c))
        return false
    }

    func wantsGradient(_ node: Int) -> Bool {
        scope.includes(node) && graph.nodes[node].operation.passesGradient
    }

    private mutating func planBackward() {
        for (position, node) in graph.outputs.enumerated() {
            let accumulate = accumulates(node)
            steps.append(
                .importGradient(
                    position, to: gradient(node), block: block(node), channels: shapes[node].c,
                    pixels: shapes[node].pixels, accumulate: accumulate))
        }
        for index in graph.nodes.indices.reversed() where wantsGradient(index) {
            if settleGradient(index) == .something { planBackward(index) }
        }
    }

    private mutating func planBackward(_ index: Int) {
        let node = graph.nodes[index]
        let shape = shapes[index]
        switch node.operation {
        case .input: break
        case .convolution(let convolution): planBackward(convolution, index)
        case .maxPool(let kernel, let stride, let padding):
            let input = node.inputs[0]
            guard wantsGradient(input), let won = winners[index] else { return }
            if !accumulates(input) { steps.append(.zero(gradient(input), count: shapes[input].count)) }
            let pool = PoolShape(
                input: shapes[input], output: shape, block: block(index), kernel: kernel, stride: stride,
                padding: padding)
            steps.append(
                .maxPoolBackward(pool, gradient: gradient(index), winners: won, to: gradient(input)))
        case .upsampleNearest(let factor):
            let input = node.inputs[0]
            guard wantsGradient(input) else { return }
            let accumulate = accumulates(input)
            steps.append(
                .upsampleBackward(
                    upsample(node, factor), gradient: gradient(index), to: gradient(input), accumulate: accumulate))
        case .pixelShuffle(let factor): planBackward(PixelShuffle(factor, to: shape), index)
        case .concatenate:
            var channel = 0
            for input in node.inputs {
                if wantsGradient(input), !isPart(input, of: index, atChannel: channel) {
                    let accumulate = accumulates(input)
                    copy(
                        from: gradient(index), index, channel, to: gradient(input), input, 0, shapes[input].c,
                        accumulate)
                }
                channel += shapes[input].c
            }
        case .add:
            for input in node.inputs where wantsGradient(input) {
                let accumulate = accumulates(input)
                steps.append(
                    accumulate
                        ? .add(gradient(index), to: gradient(input), count: shape.count)
                        : .copy(gradient(index), to: gradient(input), count: shape.count))
            }
        case .slice(let from, let count):
            let source = node.inputs[0]
            guard wantsGradient(source), !isPart(index, of: source, atChannel: from) else { return }
            // Only some channels arrive here; the others are zero until something reaches them.
            if !accumulates(source) { steps.append(.zero(gradient(source), count: shapes[source].count)) }
            copy(from: gradient(index), index, 0, to: gradient(source), source, from, count, true)
        case .activation:
            let input = node.inputs[0]
            guard wantsGradient(input), let derivative = derivatives[index] else { return }
            steps.append(.multiply(derivative, by: gradient(index), count: shape.count))
            let accumulate = accumulates(input)
            steps.append(
                accumulate
                    ? .add(derivative, to: gradient(input), count: shape.count)
                    : .copy(derivative, to: gradient(input), count: shape.count))
        case .attention(let attention): planBackward(attention, index)
        case .detach: break
        }
    }

    private mutating func planBackward(_ convolution: NetworkGraph.Convolution, _ index: Int) {
        guard let position = convolutions.firstIndex(of: index) else { return }
        let input = graph.nodes[index].inputs[0]
        var arriving = gradient(index)
        recompute(index)
        if let before = unnormalized[index] {
            steps.append(.normalizeBatchBackward(position, before, gradient: arriving))
        } else if takesShiftsAlone(convolution, index) {
            steps.append(.shiftBackward(position, unshifted[index] ?? value(index), gradient: arriving))
        } else if let derivative = derivatives[index] {
            steps.append(.multiply(derivative, by: arriving, count: shapes[index].count))
            arriving = derivative
        }
        if !takesShiftsAlone(convolution, index) {
            recompute(location[input].root)
            steps.append(.convolutionBackwardWeights(position, from: value(input), gradient: arriving))
        }
        guard wantsGradient(input) else { return }
        if accumulates(input) {
            let part = memory.add(count: shapes[input].count)
            steps.append(.convolutionBackwardData(position, gradient: arriving, to: part))
            steps.append(.add(part, to: gradient(input), count: shapes[input].count))
        } else {
            steps.append(.convolutionBackwardData(position, gradient: arriving, to: gradient(input)))
        }
    }
}
