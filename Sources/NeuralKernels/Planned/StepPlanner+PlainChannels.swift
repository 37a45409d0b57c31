/// Operations that work on plain channels: what lies in blocks is unpacked before them and packed after them.
extension StepPlanner {
    mutating func planForward(_ attention: NetworkGraph.Attention, _ index: Int) {
        let input = graph.nodes[index].inputs[0]
        let pixels = shapes[index].pixels
        let plain = memory.add(count: shapes[input].count)
        let result = memory.add(count: shapes[index].count)
        let run = pixels / attention.areas
        let weights = memory.add(count: attention.heads * attention.areas * run * run)
        attended[index] = (plain, weights)
        unpack(value(input), input, to: plain)
        steps.append(
            .attention(
                .init(name: graph.nodes[index].name, shape: attention, pixels: pixels), from: plain, to: result,
                weights: weights))
        pack(result, to: value(index), index, accumulate: false)
    }

    private mutating func unpack(_ from: Place, _ node: Int, to plain: Place) {
        steps.append(
            .copyChannels(
                .init(place: from, block: block(node), offset: 0), to: .init(place: plain, block: 1, offset: 0),
                count: shapes[node].c, pixels: shapes[node].pixels, accumulate: false))
    }

    private mutating func pack(_ plain: Place, to: Place, _ node: Int, accumulate: Bool) {
        steps.append(
            .copyChannels(
                .init(place: plain, block: 1, offset: 0), to: .init(place: to, block: block(node), offset: 0),
                count: shapes[node].c, pixels: shapes[node].pixels, accumulate: accumulate))
    }

    mutating func planBackward(_ attention: NetworkGraph.Attention, _ index: Int) {
        let input = graph.nodes[index].inputs[0]
        guard wantsGradient(input), let (plain, weights) = attended[index] else { return }
        let pixels = shapes[index].pixels
        let arriving = memory.add(count: shapes[index].count)
        let result = memory.add(count: shapes[input].count)
        let run = pixels / attention.areas
        let scratch = memory.add(count: run * run)
        unpack(gradient(index), index, to: arriving)
        steps.append(
            .attentionBackward(
                .init(name: graph.nodes[index].name, shape: attention, pixels: pixels), from: plain,
                weights: weights, gradient: arriving,
                to: result, scratch: scratch))
        let accumulate = accumulates(input)
        pack(result, to: gradient(input), input, accumulate: accumulate)
    }

    mutating func planForward(_ shuffle: PixelShuffle, _ index: Int) {
        let input = graph.nodes[index].inputs[0]
        let (plain, result) = (memory.add(count: shuffle.count), memory.add(count: shuffle.count))
        unpack(value(input), input, to: plain)
        steps.append(.pixelShuffle(shuffle, from: plain, to: result))
        pack(result, to: value(index), index, accumulate: false)
    }

    mutating func planBackward(_ shuffle: PixelShuffle, _ index: Int) {
        let input = graph.nodes[index].inputs[0]
        guard wantsGradient(input) else { return }
        let (arriving, result) = (memory.add(count: shuffle.count), memory.add(count: shuffle.count))
        unpack(gradient(index), index, to: arriving)
        steps.append(.pixelShuffleBackward(shuffle, gradient: arriving, to: result))
        let accumulate = accumulates(input)
        pack(result, to: gradient(input), input, accumulate: accumulate)
    }
}
