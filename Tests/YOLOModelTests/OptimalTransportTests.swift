import Foundation
import NeuralKernels
import Randomness
import Testing
import YOLOModel

/// v7's assignment, by the loss that stands on it.
@Suite struct OptimalTransportTests {
    private static let strides = [8, 16, 32]
    private static let size = 64
    private static let input = TensorShape(c: 3, h: size, w: size)
    private static let anchors: [[(width: Double, height: Double)]] = [
        [(8, 8), (12, 10)], [(20, 24), (28, 20)], [(40, 44), (60, 50)],
    ]

    private static func loss(_ assignment: YOLOv5Loss.Assignment, classes: Int = 3) -> YOLOv5Loss {
        YOLOv5Loss(
            classCount: classes, anchorsInPixels: anchors, strides: strides, input: input, assignment: assignment,
            hyperparameters: .v7)
    }

    private static func outputs(classes: Int = 3, seed: UInt64 = 3) -> [[Float]] {
        strides.enumerated().map { level, stride in
            (0..<2 * (5 + classes) * (size / stride) * (size / stride)).map {
                CounterBasedNumber.symmetricUnit(seed: seed + UInt64(level), counter: UInt64($0))
            }
        }
    }

    private let targets = [
        LossTarget(classID: 0, cx: 0.42, cy: 0.55, width: 0.4, height: 0.35),
        LossTarget(classID: 2, cx: 0.5, cy: 0.5, width: 0.3, height: 0.4),
        LossTarget(classID: 1, cx: 0.2, cy: 0.3, width: 0.14, height: 0.15),
    ]

    @Test func everyLabelHasACellAndFewerThanByShape() {
        let outputs = Self.outputs()
        let chosen = Self.loss(.optimalTransport).evaluate(outputs: outputs, targets: targets, wantsGradient: false)
        let all = Self.loss(.shape).evaluate(outputs: outputs, targets: targets, wantsGradient: false)
        #expect(chosen.labels.allSatisfy { $0.matches >= 1 })
        #expect(chosen.counts.total < all.counts.total)
        #expect(Self.loss(.optimalTransport).counts(targets) == nil && Self.loss(.shape).counts(targets) != nil)
    }

    /// What is predicted exactly is worth as many cells as its overlaps add up to; what is far off, one.
    @Test func aLabelGetsAsManyCellsAsItsOverlapsAddUpTo() {
        let target = [LossTarget(classID: 0, cx: 0.53, cy: 0.53, width: 0.3125, height: 0.375)]
        // The middle level: stride 16, the first anchor is the label's own size.
        func outputs(_ objectness: Float, exact: Bool) -> [[Float]] {
            var outputs = Self.outputs()
            for level in outputs.indices { outputs[level] = outputs[level].map { _ in -4 } }
            guard exact else { return outputs }
            let plane = 16
            for row in 0..<4 {
                for column in 0..<4 {
                    let cell = row * 4 + column
                    // σ = (offset + 0.5) / 2, within what the head can say.
                    func logit(_ offset: Float) -> Float {
                        let share = min(max((offset + 0.5) / 2, 0.001), 0.999)
                        return -Float(log(Double(1 / share - 1)))
                    }
                    outputs[1][cell] = logit(2.12 - Float(column))
                    outputs[1][plane + cell] = logit(2.12 - Float(row))
                    outputs[1][2 * plane + cell] = 0
                    outputs[1][3 * plane + cell] = 0
                    outputs[1][4 * plane + cell] = objectness
                }
            }
            return outputs
        }
        func matches(_ outputs: [[Float]]) -> Int {
            Self.loss(.optimalTransport).evaluate(outputs: outputs, targets: target, wantsGradient: false).labels[0]
                .matches
        }
        #expect(matches(outputs(-4, exact: false)) == 1)
        // The rule of shape names three cells of that anchor.
        #expect(matches(outputs(4, exact: true)) == 3)
    }

    /// Of the classes; the frameworks hold a part of the box's slope still, and are compared as a whole elsewhere.
    @Test func slopesOfClassesAreDerivatives() {
        let loss = Self.loss(.optimalTransport)
        let outputs = Self.outputs()
        let evaluation = loss.evaluate(outputs: outputs, targets: targets, wantsGradient: true)
        var checked = 0
        for (level, slope) in evaluation.outputGradients.enumerated() {
            let plane = slope.count / (2 * 8)
            for at in slope.indices where slope[at] != 0 && at / plane % 8 > 4 {
                func part(_ step: Float) -> Double {
                    var moved = outputs
                    moved[level][at] += step
                    return loss.evaluate(outputs: moved, targets: targets, wantsGradient: false).parts.classification
                }
                let numeric = (part(1e-3) - part(-1e-3)) / 2e-3
                #expect(abs(numeric - Double(slope[at])) < 1e-6 + 2e-3 * abs(numeric))
                checked += 1
            }
        }
        #expect(checked >= 9)
    }
}
