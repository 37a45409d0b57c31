import NeuralKernels
import YOLOModel

/// What one worker thread keeps between images: its networks.
final class JudgingWorker {
    let networks: JudgingNetworks

    init(_ networks: JudgingNetworks) { self.networks = networks }

    /// Norms by part of the network, and the sketch, of the gradients that a backward pass has left in a network.
    ///
    /// - Parameter seed: of the sketch; the same for all images whose sketches are compared.
    func gradient(
        in network: any CompiledNetwork, of model: DetectionModel, seed: UInt64
    ) throws -> (norms: GradientNorms, sketch: [Float]) {
        let kinds = ParameterGroup.allCases
        let places = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, $0) })
        let groups = GradientGroups(model.graph, count: kinds.count) { places[model.parameterGroup($0)] ?? 0 }
        let summary = try network.gradientSummary(groups: groups, seed: seed, buckets: GradientFigures.sketchSize)
        let squares = Dictionary(uniqueKeysWithValues: zip(kinds, summary.squares))
        func norm(_ group: ParameterGroup) -> Double { (squares[group] ?? 0).squareRoot() }
        return (
            GradientNorms(
                total: summary.squares.reduce(0, +).squareRoot(), backbone: norm(.backbone), neck: norm(.neck),
                head: norm(.head)),
            summary.sketch.map(Float.init)
        )
    }
}
