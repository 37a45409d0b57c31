import NeuralKernels
import YOLOModel

/// Everything about one fold that changes in training. One task at a time writes to it, between the crew's rounds.
final class FoldState: @unchecked Sendable {
    /// What a group of images that went through the network together gives.
    struct Lane: Sendable {
        /// Sums over the images; empty where a parameter has none.
        var gradients: [[Float]]
        var parts: LossParts
        var statistics: [BatchStatistics]
        var isFinite: Bool
    }

    let number: Int
    /// The trainer's samples that the fold learns from.
    let samples: [Int]
    var parameters: [[Float]]
    /// Which of them change.
    let trains: [Bool]
    var optimizer: Optimizer
    var average: WeightAverage
    private let options: TrainingOptions
    private var gradients: [[Float]] = []
    private var parts = LossParts()
    private var batches = 0
    private var images: [Int] = []
    private var isFinite = true
    private var norm = 0.0

    init(number: Int, samples: [Int], graph: NetworkGraph, roles: [Optimizer.Role?], options: TrainingOptions) {
        self.number = number
        self.samples = samples
        self.options = options
        parameters = graph.parameters.map(\.values)
        trains = graph.parameters.map(\.isTrainable)
        optimizer = Optimizer(graph, roles: roles, options: options)
        average = WeightAverage(parameters, options: options)
    }

    /// Adds the lanes of one batch, in their order; running statistics follow the mean of the lanes'.
    func add(_ lanes: [Lane], images chosen: [Int]) {
        for lane in lanes {
            isFinite = isFinite && lane.isFinite
            parts.add(lane.parts, factor: 1 / Double(chosen.count))
            if gradients.isEmpty {
                gradients = lane.gradients
            } else {
                for index in gradients.indices where !lane.gradients[index].isEmpty {
                    VectorKernels.add(lane.gradients[index], to: &gradients[index])
                }
            }
        }
        batches += 1
        images += chosen
        let momentum = Float(options.statisticsMomentum)
        let share = 1 / Float(lanes.count)
        for index in lanes[0].statistics.indices {
            let first = lanes[0].statistics[index]
            for channel in first.mean.indices {
                let mean = lanes.reduce(Float(0)) { $0 + $1.statistics[index].mean[channel] } * share
                let variance = lanes.reduce(Float(0)) { $0 + $1.statistics[index].variance[channel] } * share
                parameters[first.meanParameter][channel] += momentum * (mean - parameters[first.meanParameter][channel])
                parameters[first.varianceParameter][channel] +=
                    momentum * (variance - parameters[first.varianceParameter][channel])
            }
        }
    }

    /// Clips the gradient and moves the weights.
    func finishStep(_ rates: RateSchedule.Rates) {
        norm = gradients.reduce(0) { total, gradient in
            total + gradient.withUnsafeBufferPointer(VectorKernels.sumOfSquares)
        }.squareRoot()
        isFinite = isFinite && norm.isFinite
        guard isFinite else { return }
        let factor = norm > options.clipNorm ? Float(options.clipNorm / norm) : 1
        optimizer.step(&parameters, gradients: gradients, factor: factor, rates: rates)
        average.follow(parameters)
    }

    /// What the step did; nil where the loss or the gradient is not finite.
    func takeStep(epoch: Int, step: Int, rate: Double) -> TrainingStep? {
        defer { (gradients, parts, batches, images) = ([], LossParts(), 0, []) }
        guard isFinite else { return nil }
        var mean = LossParts()
        mean.add(parts, factor: 1 / Double(max(1, batches)))
        return TrainingStep(
            fold: number, epoch: epoch, step: step, parts: mean, gradientNorm: norm,
            clipRatio: norm / options.clipNorm, rate: rate, images: images)
    }
}

extension LossParts {
    /// Part by part; a part that only `other` has appears.
    mutating func add(_ other: LossParts, factor: Double) {
        box += factor * other.box
        classification += factor * other.classification
        if let more = other.objectness { objectness = (objectness ?? 0) + factor * more }
        if let more = other.distribution { distribution = (distribution ?? 0) + factor * more }
    }
}
