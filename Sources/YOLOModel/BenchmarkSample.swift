import NeuralKernels

/// An image and labels of no meaning, to measure time with: what a network costs does not depend on what it sees.
public struct BenchmarkSample: Sendable {
    /// [1, 3, size, size]
    private let input: [Float]
    /// Twelve boxes along a diagonal.
    private let targets: [LossTarget]
    private let loss: any DetectionLoss

    /// - Parameter size: side of the square image in pixels, one that the model takes.
    public init(_ model: DetectionModel, size: Int) {
        loss = model.loss(size: size)
        input = (0..<3 * size * size).map { Float($0 % 251) / 250 }
        targets = (0..<12).map { index in
            LossTarget(
                classID: index % model.classCount, cx: 0.1 + 0.07 * Float(index), cy: 0.9 - 0.07 * Float(index),
                width: 0.1 + 0.02 * Float(index), height: 0.12)
        }
    }

    /// Forward pass, loss, and backward pass.
    ///
    /// - Parameter network: compiled from the model for the size.
    /// - Returns: the time in the loss alone.
    public func run(_ network: any CompiledNetwork) throws -> Duration {
        let outputs = try network.forward(input)
        var evaluation: LossEvaluation?
        let time = ContinuousClock().measure {
            evaluation = loss.evaluate(outputs: outputs, targets: targets, wantsGradient: true)
        }
        try network.backward(evaluation?.outputGradients ?? [])
        return time
    }
}
