import Foundation

/// Batch-norm with frozen statistics: y = γ·(x − μ)/√(σ² + ε) + β, a channel at a time.
struct ReferenceBatchNorm {
    let weight: [Float]
    let bias: [Float]
    let mean: [Float]
    let variance: [Float]
    let epsilon: Float

    func inverseDeviation(_ channel: Int) -> Float { 1 / (variance[channel] + epsilon).squareRoot() }

    func forward(_ input: [Float], pixels: Int) -> [Float] {
        var output = input
        for channel in weight.indices {
            let scale = weight[channel] * inverseDeviation(channel)
            let shift = bias[channel] - mean[channel] * scale
            for index in channel * pixels..<(channel + 1) * pixels { output[index] = input[index] * scale + shift }
        }
        return output
    }

    /// Gradients of the input, of γ and of β.
    func backward(_ outGradient: [Float], input: [Float], pixels: Int) -> (
        input: [Float], weight: [Float], bias: [Float]
    ) {
        var inGradient = outGradient
        var weightGradient = weight
        var biasGradient = bias
        for channel in weight.indices {
            let inverse = inverseDeviation(channel)
            var byWeight: Double = 0
            var byBias: Double = 0
            for index in channel * pixels..<(channel + 1) * pixels {
                byWeight += Double(outGradient[index] * (input[index] - mean[channel]) * inverse)
                byBias += Double(outGradient[index])
                inGradient[index] = outGradient[index] * weight[channel] * inverse
            }
            weightGradient[channel] = Float(byWeight)
            biasGradient[channel] = Float(byBias)
        }
        return (inGradient, weightGradient, biasGradient)
    }
}

/// Activations, elementwise.
enum ReferenceActivation {
    static func forward(_ activation: NetworkGraph.Activation, _ input: [Float]) -> [Float] {
        switch activation {
        case .none: input
        case .silu: input.map { $0 / (1 + exp(-$0)) }
        case .leakyReLU(let slope): input.map { $0 > 0 ? $0 : $0 * slope }
        }
    }

    static func backward(_ activation: NetworkGraph.Activation, _ outGradient: [Float], input: [Float]) -> [Float] {
        switch activation {
        case .none: outGradient
        case .silu:
            zip(outGradient, input).map { gradient, x in
                let s = 1 / (1 + exp(-x))
                return gradient * s * (1 + x * (1 - s))
            }
        case .leakyReLU(let slope): zip(outGradient, input).map { $0 * ($1 > 0 ? 1 : slope) }
        }
    }
}
