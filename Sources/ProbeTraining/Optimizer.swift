import Foundation
import NeuralKernels

/// Steps over all trainable parameters of a graph.
struct Optimizer {
    /// What a parameter is, which decides its rate and decay.
    enum Role { case weight, normalization, bias }

    private let method: TrainingOptions.Method
    /// Nil for what does not train.
    private let roles: [Role?]
    private let weightDecay: Double
    /// Momentum, or the mean gradient, and AdamW's mean square.
    var first: [[Float]]
    var second: [[Float]]
    var steps = 0

    /// - Parameter roles: a role a parameter; nil for what stays as it is.
    init(_ graph: NetworkGraph, roles: [Role?], options: TrainingOptions) {
        method = options.method
        self.roles = roles
        weightDecay = options.weightDecay * Double(options.batch) / 64
        first = zip(graph.parameters, roles).map { $1 == nil ? [] : Array(repeating: 0, count: $0.values.count) }
        second = options.method == .adamW ? first : []
    }

    /// One step.
    ///
    /// SGD: v ← m·v + g, w ← w − r·(g + m·v) (Nesterov). AdamW: w ← w·(1 − r·decay) − r·m̂/(√v̂ + 1e-8), with m̂ and v̂
    /// the bias-corrected means of g and g².
    ///
    /// - Parameters:
    ///   - gradients: as `parameters`, empty where there is none.
    ///   - factor: what g is multiplied by first.
    mutating func step(
        _ parameters: inout [[Float]], gradients: [[Float]], factor: Float = 1, rates: RateSchedule.Rates
    ) {
        steps += 1
        for (index, role) in roles.enumerated() {
            guard let role, !gradients[index].isEmpty else { continue }
            let rate = Float(role == .bias ? rates.biases : rates.weights)
            let decay = role == .weight ? Float(weightDecay) : 0
            switch method {
            case .sgd: descend(&parameters[index], gradients[index], index, factor, rate, decay, Float(rates.momentum))
            case .adamW: adapt(&parameters[index], gradients[index], index, factor, rate, decay, Float(rates.momentum))
            }
        }
    }

    private mutating func descend(
        _ values: inout [Float], _ gradient: [Float], _ index: Int, _ factor: Float, _ rate: Float, _ decay: Float,
        _ momentum: Float
    ) {
        values.withUnsafeMutableBufferPointer { w in
            first[index].withUnsafeMutableBufferPointer { v in
                gradient.withUnsafeBufferPointer { g in
                    for at in g.indices {
                        let slope = factor * g[at] + decay * w[at]
                        v[at] = momentum * v[at] + slope
                        w[at] -= rate * (slope + momentum * v[at])
                    }
                }
            }
        }
    }

    private mutating func adapt(
        _ values: inout [Float], _ gradient: [Float], _ index: Int, _ factor: Float, _ rate: Float, _ decay: Float,
        _ momentum: Float
    ) {
        let decay2: Float = 0.999
        var power1: Float = 1
        var power2: Float = 1
        for _ in 0..<min(steps, 20_000) {
            power1 *= momentum
            power2 *= decay2
        }
        values.withUnsafeMutableBufferPointer { w in
            first[index].withUnsafeMutableBufferPointer { m in
                second[index].withUnsafeMutableBufferPointer { v in
                    gradient.withUnsafeBufferPointer { g in
                        for at in g.indices {
                            let slope = factor * g[at]
                            m[at] = momentum * m[at] + (1 - momentum) * slope
                            v[at] = decay2 * v[at] + (1 - decay2) * slope * slope
                            let mean = m[at] / (1 - power1)
                            let scale = (v[at] / (1 - power2)).squareRoot() + 1e-8
                            w[at] -= rate * (decay * w[at] + mean / scale)
                        }
                    }
                }
            }
        }
    }
}

/// The moving average of weights that predictions are made with.
struct WeightAverage {
    var values: [[Float]]
    private let options: TrainingOptions
    var steps = 0

    init(_ values: [[Float]], options: TrainingOptions) {
        self.values = values
        self.options = options
    }

    /// Follows with the part 1 − decay·(1 − e^(−steps/ramp)).
    mutating func follow(_ parameters: [[Float]]) {
        steps += 1
        let decay = Float(options.averageDecay * (1 - exp(-Double(steps) / options.averageRamp)))
        for index in values.indices {
            values[index].withUnsafeMutableBufferPointer { mean in
                parameters[index].withUnsafeBufferPointer { now in
                    for at in mean.indices { mean[at] += (1 - decay) * (now[at] - mean[at]) }
                }
            }
        }
    }
}
