import NeuralKernels
import Randomness

/// Numbers that depend on the seed alone.
struct SeededNumbers {
    private var sequence: NumberSequence

    init(seed: UInt64) { sequence = NumberSequence(startingAt: seed) }

    /// Uniform in −1…1.
    mutating func next() -> Float { Float(Int64(bitPattern: sequence.next()) >> 32) / Float(1 << 31) }

    mutating func array(_ count: Int, scale: Float = 1) -> [Float] { (0..<count).map { _ in next() * scale } }
}

/// Largest difference relative to the largest value, or to `least` where that is larger.
func difference(_ a: [Float], _ b: [Float], least: Float = 1e-6) -> Float {
    guard a.count == b.count else { return .infinity }
    let scale = max(a.map(abs).max() ?? 0, least)
    return (zip(a, b).map { abs($0 - $1) }.max() ?? 0) / scale
}

/// Builds small networks for tests.
struct NetworkBuilder {
    var graph = NetworkGraph()
    var numbers: SeededNumbers
    let input: TensorShape

    init(seed: UInt64, input: TensorShape) {
        numbers = SeededNumbers(seed: seed)
        self.input = input
        _ = graph.add(.input, name: "input")
    }

    mutating func parameter(
        _ name: String, _ shape: [Int], scale: Float, around centre: Float = 0, trainable: Bool = true
    )
        -> Int
    {
        let values = numbers.array(shape.reduce(1, *), scale: scale).map { $0 + centre }
        return graph.addParameter(NetworkParameter(name: name, shape: shape, values: values, isTrainable: trainable))
    }

    mutating func convolution(
        _ source: Int, from inChannels: Int, to outChannels: Int, kernel: Int = 3, stride: Int = 1, groups: Int = 1,
        dilation: Int = 1, activation: NetworkGraph.Activation = .silu, hasBatchNorm: Bool = true
    ) -> Int {
        let name = "node\(graph.nodes.count)"
        let fan = Float(inChannels / groups * kernel * kernel)
        let weight = parameter(
            "\(name).weight", [outChannels, inChannels / groups, kernel, kernel], scale: 1.7 / fan.squareRoot())
        var bias: Int?
        var batchNorm: NetworkGraph.BatchNorm?
        if hasBatchNorm {
            batchNorm = .init(
                weight: parameter("\(name).gamma", [outChannels], scale: 0.3, around: 1),
                bias: parameter("\(name).beta", [outChannels], scale: 0.3),
                runningMean: parameter("\(name).mean", [outChannels], scale: 0.3, trainable: false),
                runningVariance: parameter(
                    "\(name).variance", [outChannels], scale: 0.3, around: 0.8, trainable: false),
                epsilon: 1e-3)
        } else {
            bias = parameter("\(name).bias", [outChannels], scale: 0.3)
        }
        return graph.add(
            .convolution(
                .init(
                    weight: weight, bias: bias, batchNorm: batchNorm, outChannels: outChannels, kernelHeight: kernel,
                    kernelWidth: kernel, stride: stride, paddingHeight: dilation * (kernel / 2),
                    paddingWidth: dilation * (kernel / 2), dilation: dilation, groups: groups, activation: activation)),
            inputs: [source], name: name)
    }

    /// Every operation at least once, with channels that do and do not fill blocks of `width`.
    ///
    /// - Parameter detaches: one output hangs on a detached value, which makes the gradient no derivative.
    static func everything(seed: UInt64, width: Int, detaches: Bool = true) -> NetworkBuilder {
        var b = NetworkBuilder(seed: seed, input: TensorShape(c: 3, h: 24, w: 16))
        let stem = b.convolution(0, from: 3, to: width, stride: 2)
        let grouped = b.convolution(stem, from: width, to: width, groups: width)
        let sum = b.graph.add(.add, inputs: [stem, grouped], name: "sum")
        let pool = b.graph.add(.maxPool(kernel: 5, stride: 1, padding: 2), inputs: [sum], name: "pool")
        let pyramid = b.graph.add(.concatenate, inputs: [sum, pool, grouped], name: "pyramid")
        let down = b.convolution(
            pyramid, from: 3 * width, to: 2 * width, stride: 2, activation: .leakyReLU(slope: 0.1))
        let half = b.graph.add(.slice(from: width, count: width), inputs: [down], name: "half")
        let wide = b.convolution(half, from: width, to: width, dilation: 2)
        let split = b.graph.add(.concatenate, inputs: [down, half, wide], name: "split")
        let attended = b.attention(split, from: 4 * width, width: width, areas: 4)
        let again = b.attention(attended, from: width, width: width, areas: 1)
        let up = b.graph.add(.upsampleNearest(factor: 2), inputs: [split], name: "up")
        let laid = b.graph.add(.pixelShuffle(factor: 2), inputs: [split], name: "laid")
        let merged = b.graph.add(.concatenate, inputs: [up, sum, laid], name: "merged")
        let first = b.convolution(
            merged, from: 6 * width, to: 7, kernel: 1, activation: .none, hasBatchNorm: false)
        let second = b.convolution(
            split, from: 4 * width, to: width, kernel: 1, activation: .none, hasBatchNorm: false)
        let loose = detaches ? b.graph.add(.detach, inputs: [again], name: "loose") : again
        let third = b.convolution(loose, from: width, to: width, kernel: 7, groups: width, activation: .none)
        let last = b.graph.add(.activation(.silu), inputs: [third], name: "last")
        let fourth = b.convolution(again, from: width, to: 5, kernel: 1, activation: .none, hasBatchNorm: false)
        b.graph.outputs = [first, second, last, fourth]
        return b
    }

    /// Attention with a depthwise convolution of the values beside it and a residual, as the detectors have it.
    mutating func attention(_ source: Int, from channels: Int, width: Int, areas: Int) -> Int {
        let joined = convolution(source, from: channels, to: 2 * width, kernel: 1, activation: .none)
        let mixed = graph.add(
            .attention(.init(heads: 2, keyChannels: width / 4, valueChannels: width / 2, areas: areas, scale: 0.7)),
            inputs: [joined], name: "attention\(joined)")
        let values = (0..<2).map {
            graph.add(.slice(from: $0 * width + width / 2, count: width / 2), inputs: [joined], name: "v\(joined)")
        }
        let together = graph.add(.concatenate, inputs: values, name: "values\(joined)")
        let places = convolution(together, from: width, to: width, kernel: 7, groups: width, activation: .none)
        let sum = graph.add(.add, inputs: [mixed, places], name: "sum\(joined)")
        return convolution(sum, from: width, to: width, kernel: 1)
    }
}
