import Foundation

/// Softmax attention between the pixels of an area, in double precision.
struct ReferenceAttention {
    private let shape: NetworkGraph.Attention
    private let pixels: Int

    init(_ shape: NetworkGraph.Attention, pixels: Int) {
        self.shape = shape
        self.pixels = pixels
    }

    private var perHead: Int { 2 * shape.keyChannels + shape.valueChannels }
    private var run: Int { pixels / shape.areas }

    /// Offsets of a head's queries, keys, values and results at an area's first pixel.
    private func starts(_ head: Int, _ area: Int) -> (query: Int, key: Int, value: Int, result: Int) {
        let first = head * perHead
        return (
            first * pixels + area * run, (first + shape.keyChannels) * pixels + area * run,
            (first + 2 * shape.keyChannels) * pixels + area * run, head * shape.valueChannels * pixels + area * run
        )
    }

    /// softmaxⱼ(scale · queryᵢ · keyⱼ) of one pixel i.
    private func weights(_ input: [Float], _ at: (query: Int, key: Int, value: Int, result: Int), _ i: Int) -> [Double]
    {
        let scores = (0..<run).map { j in
            (0..<shape.keyChannels).reduce(0.0) {
                $0 + Double(input[at.query + $1 * pixels + i]) * Double(input[at.key + $1 * pixels + j])
            } * Double(shape.scale)
        }
        let highest = scores.max() ?? 0
        let raised = scores.map { exp($0 - highest) }
        let total = raised.reduce(0, +)
        return raised.map { $0 / total }
    }

    func forward(_ input: [Float]) -> [Float] {
        var output = [Float](repeating: 0, count: shape.heads * shape.valueChannels * pixels)
        for head in 0..<shape.heads {
            for area in 0..<shape.areas {
                let at = starts(head, area)
                for i in 0..<run {
                    let weights = weights(input, at, i)
                    for channel in 0..<shape.valueChannels {
                        output[at.result + channel * pixels + i] = Float(
                            (0..<run).reduce(0.0) {
                                $0 + weights[$1] * Double(input[at.value + channel * pixels + $1])
                            })
                    }
                }
            }
        }
        return output
    }

    func backward(_ gradient: [Float], _ input: [Float]) -> [Float] {
        var result = [Double](repeating: 0, count: input.count)
        for head in 0..<shape.heads {
            for area in 0..<shape.areas {
                let at = starts(head, area)
                for i in 0..<run {
                    let weights = weights(input, at, i)
                    var slopes = [Double](repeating: 0, count: run)
                    for channel in 0..<shape.valueChannels {
                        let arriving = Double(gradient[at.result + channel * pixels + i])
                        for j in 0..<run {
                            slopes[j] += arriving * Double(input[at.value + channel * pixels + j])
                            result[at.value + channel * pixels + j] += arriving * weights[j]
                        }
                    }
                    let mean = zip(slopes, weights).reduce(0) { $0 + $1.0 * $1.1 }
                    for j in 0..<run {
                        let slope = weights[j] * (slopes[j] - mean) * Double(shape.scale)
                        for channel in 0..<shape.keyChannels {
                            let query = at.query + channel * pixels + i
                            let key = at.key + channel * pixels + j
                            result[query] += slope * Double(input[key])
                            result[key] += slope * Double(input[query])
                        }
                    }
                }
            }
        }
        return result.map(Float.init)
    }
}
