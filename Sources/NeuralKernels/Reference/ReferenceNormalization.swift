import Foundation

/// Batch-norm: y = γ·(x − μ)/√(σ² + ε) + β, a channel at a time; μ and σ² are frozen, or those of the batch.
struct ReferenceBatchNorm {
    let weight: [Float]
    let bias: [Float]
    var mean: [Float]
    var variance: [Float]
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

    /// Mean and variance over all pixels of all images.
    func statistics(
        _ images: [[Float]], pixels: Int, meanParameter: Int, varianceParameter: Int
    ) -> BatchStatistics {
        let count = Double(images.count * pixels)
        var means = mean
        var variances = variance
        for channel in weight.indices {
            let values = images.flatMap { $0[channel * pixels..<(channel + 1) * pixels].map { Double($0) } }
            let centre = values.reduce(0, +) / count
            means[channel] = Float(centre)
            let squares = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
            variances[channel] = Float(squares / max(1, count - 1))
        }
        return BatchStatistics(
            meanParameter: meanParameter, varianceParameter: varianceParameter, mean: means, variance: variances)
    }

    /// Gradients of the inputs, of γ and of β.
    ///
    /// - Parameter byBatch: whether μ and σ² are functions of the inputs.
    func backward(_ outGradients: [[Float]], inputs: [[Float]], pixels: Int, byBatch: Bool) -> (
        inputs: [[Float]], weight: [Float], bias: [Float]
    ) {
        var inGradients = outGradients
        var weightGradient = weight
        var biasGradient = bias
        let count = Double(inputs.count * pixels)
        for channel in weight.indices {
            let inverse = inverseDeviation(channel)
            let range = channel * pixels..<(channel + 1) * pixels
            var byWeight: Double = 0
            var byBias: Double = 0
            for (gradient, input) in zip(outGradients, inputs) {
                for index in range {
                    byWeight += Double(gradient[index] * (input[index] - mean[channel]) * inverse)
                    byBias += Double(gradient[index])
                }
            }
            weightGradient[channel] = Float(byWeight)
            biasGradient[channel] = Float(byBias)
            let meanWeight = byBatch ? Float(byWeight / count) : 0
            let meanBias = byBatch ? Float(byBias / count) : 0
            for image in inputs.indices {
                for index in range {
                    let place = (inputs[image][index] - mean[channel]) * inverse
                    inGradients[image][index] =
                        weight[channel] * inverse * (outGradients[image][index] - meanBias - place * meanWeight)
                }
            }
        }
        return (inGradients, weightGradient, biasGradient)
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
