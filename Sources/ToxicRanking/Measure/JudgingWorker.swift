import NeuralKernels
import YOLOModel

/// What one worker thread keeps between images: its networks, and memory for a gradient's sketch.
final class JudgingWorker {
    let networks: JudgingNetworks
    private var sketch = [Double](repeating: 0, count: GradientFigures.sketchSize)

    init(_ networks: JudgingNetworks) { self.networks = networks }

    /// Norms by part of the network, and the sketch, of the gradients that a backward pass has left in a network.
    ///
    /// - Parameter seed: of the sketch; the same for all images whose sketches are compared.
    func gradient(
        in network: any CompiledNetwork, of model: DetectionModel, seed: UInt64
    ) -> (norms: GradientNorms, sketch: [Float]) {
        var squares: [ParameterGroup: Double] = [:]
        for index in sketch.indices { sketch[index] = 0 }
        var first = 0
        for (index, parameter) in model.graph.parameters.enumerated() where parameter.isTrainable {
            network.withGradient(ofParameter: index) { gradient in
                guard let gradient else { return }
                squares[model.parameterGroup(index), default: 0] += VectorKernels.sumOfSquares(gradient)
                VectorKernels.addToCountSketch(gradient, first: first, seed: seed, buckets: &sketch)
            }
            first += parameter.values.count
        }
        func norm(_ group: ParameterGroup) -> Double { (squares[group] ?? 0).squareRoot() }
        let total = ParameterGroup.allCases.reduce(0) { $0 + (squares[$1] ?? 0) }
        return (
            GradientNorms(
                total: total.squareRoot(), backbone: norm(.backbone), neck: norm(.neck), head: norm(.head)),
            sketch.map(Float.init)
        )
    }
}
