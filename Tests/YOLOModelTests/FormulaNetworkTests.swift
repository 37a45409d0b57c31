import AvailableBackends
import Foundation
import NeuralKernels
import TestSupport
import Testing
import YOLOModel

/// The narrow formula network against figures that an independent PyTorch script computed
/// (scripts/reference/formula_figures.py).
@Suite struct FormulaNetworkTests {
    struct Figures: Decodable {
        struct Head: Decodable {
            var sum: Double
            var absSum: Double
            var first: [Double]

            enum CodingKeys: String, CodingKey {
                case sum
                case absSum = "abs_sum"
                case first
            }
        }
        var size: Int
        var rows: [[Double]]
        var box: Double
        var obj: Double
        var cls: Double
        var matches: [Double]
        var heads: [Head]
        var gradNorm: Double
        var gradNormByParameter: [String: Double]

        enum CodingKeys: String, CodingKey {
            case size, rows, box, obj, cls, matches, heads
            case gradNorm = "grad_norm"
            case gradNormByParameter = "grad_norm_by_parameter"
        }
    }

    private func figures() throws -> Figures {
        let url = try #require(
            Bundle.module.url(forResource: "formula", withExtension: "json", subdirectory: "Figures"))
        return try JSONDecoder().decode(Figures.self, from: Data(contentsOf: url))
    }

    private func model() throws -> DetectionModel {
        let folder = try TemporaryFolder()
        let path = folder.path + "/formula.safetensors"
        try FormulaCheckpoint.write(to: path)
        return try DetectionModel.load(checkpoint: path)
    }

    private func input(_ size: Int) -> [Float] {
        (0..<3 * size * size).map { Float(0.5 + 0.5 * sin(0.013 * Double($0))) }
    }

    /// Logits of three levels that follow a formula.
    private func logits(size: Int, shift: Int) -> [[Float]] {
        [8, 16, 32].map { stride in
            let cells = size / stride
            return (0..<24 * cells * cells).map { index -> Float in Float(sin(0.37 * Double(index + shift))) }
        }
    }

    private func isClose(_ a: Double, _ b: Double, _ relative: Double) -> Bool {
        abs(a - b) <= relative * max(abs(a), abs(b)) + 1e-8
    }

    @Test(arguments: Backends.atHand)
    func agreesWithPyTorch(backend name: String) throws {
        let figures = try figures()
        let model = try model()
        let backend = try #require(Backends.named(name))
        let shape = TensorShape(c: 3, h: figures.size, w: figures.size)
        let network = try backend.compile(model.graph, input: shape, gradient: .full)
        let outputs = try network.forward(input(figures.size))
        for (output, head) in zip(outputs, figures.heads) {
            #expect(isClose(output.reduce(0.0) { $0 + Double($1) }, head.sum, 1e-4))
            #expect(isClose(output.reduce(0.0) { $0 + Double(abs($1)) }, head.absSum, 1e-4))
            for (value, figure) in zip(output, head.first) { #expect(isClose(Double(value), figure, 1e-3)) }
        }
        let targets = figures.rows.map {
            LossTarget(
                classID: Int($0[0]), cx: Float($0[1]), cy: Float($0[2]), width: Float($0[3]), height: Float($0[4]))
        }
        let evaluation = model.loss(size: figures.size).evaluate(
            outputs: outputs, targets: targets, wantsGradient: true)
        #expect(evaluation.counts.values == figures.matches)
        #expect(isClose(evaluation.parts.box, figures.box, 1e-4))
        #expect(isClose(try #require(evaluation.parts.objectness), figures.obj, 1e-4))
        #expect(isClose(evaluation.parts.classification, figures.cls, 1e-4))
        try network.backward(evaluation.outputGradients)
        var total = 0.0
        var compared = 0
        for (index, parameter) in model.graph.parameters.enumerated() where parameter.isTrainable {
            let square = try network.gradientSquaredNorm(ofParameter: index)
            total += square
            let figure = try #require(figures.gradNormByParameter[parameter.name])
            #expect(isClose(square.squareRoot(), figure, 1e-3), "\(parameter.name)")
            compared += 1
        }
        #expect(compared == figures.gradNormByParameter.count)
        #expect(isClose(total.squareRoot(), figures.gradNorm, 1e-3))
    }

    /// The loss's own gradient against central differences, at logits where it is not flat.
    @Test func lossGradientIsTheDerivative() throws {
        let size = 64
        let loss = try model().loss(size: size)
        let targets = [
            LossTarget(classID: 0, cx: 0.31, cy: 0.42, width: 0.22, height: 0.27),
            LossTarget(classID: 2, cx: 0.7, cy: 0.66, width: 0.5, height: 0.6),
        ]
        let outputs = logits(size: size, shift: 0)
        let evaluation = loss.evaluate(outputs: outputs, targets: targets, wantsGradient: true)
        var compared = 0
        for (level, gradient) in evaluation.outputGradients.enumerated() {
            for (index, analytic) in gradient.enumerated() where abs(analytic) > 1e-5 && index % 7 == 0 {
                // The objectness target follows the box without being differentiated, so box logits are left to the
                // comparison with autograd; class and objectness logits are compared here.
                let channel = index / (size / [8, 16, 32][level] * (size / [8, 16, 32][level])) % 8
                guard channel >= 4 else { continue }
                var moved = outputs
                moved[level][index] += 1e-2
                let above = loss.evaluate(outputs: moved, targets: targets, wantsGradient: false).parts.total
                moved[level][index] -= 2e-2
                let below = loss.evaluate(outputs: moved, targets: targets, wantsGradient: false).parts.total
                #expect(isClose((above - below) / 2e-2, Double(analytic), 2e-3))
                compared += 1
            }
        }
        #expect(compared >= 40)
    }

    @Test func sharesAddUpToTheBatch() throws {
        let size = 64
        let loss = try model().loss(size: size)
        var evaluations: [LossEvaluation] = []
        for image in 0..<4 {
            let targets = (0...image).map { label -> LossTarget in
                let x = 0.2 + 0.15 * Float(label)
                let y = 0.3 + 0.1 * Float(image)
                return LossTarget(classID: label % 3, cx: x, cy: y, width: 0.3, height: 0.25 + 0.05 * Float(label))
            }
            evaluations.append(
                loss.evaluate(outputs: logits(size: size, shift: image), targets: targets, wantsGradient: true))
        }
        let counts = evaluations.dropFirst().reduce(evaluations[0].counts) { $0 + $1.counts }
        let shares = evaluations.map { loss.share(of: $0, datasetCounts: counts, images: 4).total }
        // The batch as the trainer sees it: a level's box and class means over all matches of all images, undone from
        // each image's own mean of that level.
        var batch = 0.0
        for evaluation in evaluations { batch += (evaluation.parts.objectness ?? 0) / 4 }
        for level in 0..<3 {
            for evaluation in evaluations {
                let own = evaluation.counts.values[level]
                var alone = [Double](repeating: .infinity, count: 3)
                alone[level] = own
                let parts = loss.share(of: evaluation, datasetCounts: LossCounts(alone), images: 1)
                batch += (parts.box + parts.classification) * own / max(1, counts.values[level])
            }
        }
        #expect(abs(shares.reduce(0, +) / 4 - batch) < 1e-9)
        #expect(counts.total > 8)
    }
}
