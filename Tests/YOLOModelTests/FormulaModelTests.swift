import AvailableBackends
import Foundation
import NeuralKernels
import Testing
import YOLOModel

/// Small models with the modules of 26, v9, ghosts, turned boxes, the first releases of YOLOv5 and YOLOv12's own repository, whose
/// weights follow a formula, against what Ultralytics computes of them (scripts/reference/formula_models.py).
@Suite struct FormulaModelTests {
    struct Figures: Decodable {
        struct Model: Decodable {
            var yaml: String
            var parameters: Int
            var loss: Double
            var gradientNorm: Double
            var gradientNormByParameter: [String: Double]

            enum CodingKeys: String, CodingKey {
                case yaml, parameters, loss
                case gradientNorm = "gradient_norm"
                case gradientNormByParameter = "gradient_norm_by_parameter"
            }
        }
        var width: Int
        var height: Int
        var rows: [[Float]]
        /// Of turned boxes.
        var angles: [Float]
        var models: [String: Model]
    }

    private func figures() throws -> Figures {
        let url = try #require(
            Bundle.module.url(forResource: "models", withExtension: "json", subdirectory: "Figures"))
        return try JSONDecoder().decode(Figures.self, from: Data(contentsOf: url))
    }

    @Test(arguments: Backends.atHand, ["yolo26", "yolo9", "ghost", "obb", "obb26", "first", "separate"])
    func lossAndGradientAreThoseOfTheFramework(backend name: String, model family: String) throws {
        let figures = try figures()
        let figure = try #require(figures.models[family])
        let made = try ModelYAML.parse(figure.yaml, file: family + ".yaml").makeModel()
        #expect(made.parameterCount == figure.parameters)
        let model = FormulaCheckpoint.filled(made)
        let shape = TensorShape(c: 3, h: figures.height, w: figures.width)
        let network = try #require(Backends.named(name)).compile(model.graph, input: shape, gradient: .full)
        let pixels = (0..<shape.count).map { Float(0.5 + 0.5 * sin(0.013 * Double($0))) }
        let targets = zip(figures.rows, figures.angles).map { row, angle in
            LossTarget(
                classID: Int(row[0]), cx: row[1], cy: row[2], width: row[3], height: row[4],
                angle: model.angles == nil ? 0 : angle)
        }
        let evaluation = model.loss(input: shape).evaluate(
            outputs: try network.forward(pixels), targets: targets, wantsGradient: true)
        #expect(abs(evaluation.parts.total / figure.loss - 1) < 1e-5)
        try network.backward(evaluation.outputGradients)
        var total = 0.0
        for (index, parameter) in model.graph.parameters.enumerated() where parameter.isTrainable {
            let norm = try network.gradientSquaredNorm(ofParameter: index).squareRoot()
            total += norm * norm
            // What nothing reads has none.
            let expected = figure.gradientNormByParameter[parameter.name] ?? 0
            #expect(abs(norm - expected) < 1e-3 * expected + 1e-6 * figure.gradientNorm, "\(parameter.name)")
        }
        #expect(abs(total.squareRoot() / figure.gradientNorm - 1) < 1e-4)
    }
}
