import NeuralKernels
import Randomness
import Testing
import YOLOModel

@Suite struct OperationTests {
    /// The figures that the YOLOv5 project publishes for 640 px.
    @Test(arguments: [("yolov5n", 4.5, 1.9), ("yolov5s", 16.5, 7.2), ("yolov5m", 49.0, 21.2)])
    func sizesHaveTheOperationsThatArePublished(name: String, billions: Double, millions: Double) throws {
        let yaml = try #require(StandardModels.yaml(named: name))
        let model = try ModelYAML.parse(yaml, file: name).makeModel()
        #expect(abs(try #require(model.operations(size: 640)) / 1e9 - billions) < 0.02 * billions + 0.05)
        #expect(abs(Double(model.parameterCount) / 1e6 - millions) < 0.05)
        // A quarter of the pixels, a quarter of the work.
        let half = try #require(model.operations(size: 320))
        #expect(abs(try #require(model.operations(size: 640)) / half - 4) < 1e-9)
        #expect(model.operations(size: 650) == nil)
    }

    @Test func anchorsOfAStandardModelCanBeChosen() throws {
        let anchors = (0..<3).map { level in (0..<3).map { (width: Double(10 * level + $0) + 0.5, height: 7.25) } }
        let yaml = try #require(StandardModels.yaml(named: "yolov5n", classCount: 2, anchors: anchors))
        let model = try ModelYAML.parse(yaml, file: "yolov5n").makeModel()
        #expect(model.classCount == 2 && model.anchors.map { $0.map(\.width) } == anchors.map { $0.map(\.width) })
    }

    @Test func positiveWeightsWeighWhatIsThere() {
        let anchors = [[(width: 10.0, height: 12.0)], [(width: 20, height: 24)], [(width: 40, height: 48)]]
        func evaluate(_ weight: Double, _ logits: [[Float]]? = nil) -> LossEvaluation {
            var hyperparameters = YOLOv5Hyperparameters()
            hyperparameters.set(gains: ["obj_pw": weight, "cls_pw": weight])
            let loss = YOLOv5Loss(
                classCount: 2, anchorsInPixels: anchors, strides: [8, 16, 32],
                input: TensorShape(c: 3, h: 64, w: 64),
                hyperparameters: hyperparameters)
            let outputs =
                logits
                ?? [64, 16, 4].map { cells in
                    (0..<7 * cells).map { 2 * CounterBasedNumber.symmetricUnit(seed: 3, counter: UInt64($0)) }
                }
            let target = LossTarget(classID: 1, cx: 0.4, cy: 0.6, width: 0.2, height: 0.2)
            return loss.evaluate(outputs: outputs, targets: [target], wantsGradient: true)
        }
        let (one, three) = (evaluate(1), evaluate(3))
        #expect(three.parts.box == one.parts.box && three.parts.classification > one.parts.classification)
        // The gradient is the derivative.
        var logits = [64, 16, 4].map { cells in
            (0..<7 * cells).map { 2 * CounterBasedNumber.symmetricUnit(seed: 3, counter: UInt64($0)) }
        }
        for level in 0..<3 {
            // Objectness and classes: the target of the former is the IoU, which is not differentiated.
            let plane = [64, 16, 4][level]
            let at = three.outputGradients[level].indices.filter { $0 / plane % 7 >= 4 }.max {
                abs(three.outputGradients[level][$0]) < abs(three.outputGradients[level][$1])
            }
            guard let at else { continue }
            let (value, step) = (logits[level][at], Float(1e-3))
            logits[level][at] = value + step
            let above = evaluate(3, logits).parts.total
            logits[level][at] = value - step
            let below = evaluate(3, logits).parts.total
            logits[level][at] = value
            let numeric = (above - below) / Double(2 * step)
            #expect(abs(numeric - Double(three.outputGradients[level][at])) < 1e-3 * max(1e-3, abs(numeric)))
        }
    }
}
