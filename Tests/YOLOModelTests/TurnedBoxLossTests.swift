import Foundation
import Geometry
import NeuralKernels
import Randomness
import Testing
import YOLOModel

/// The loss of turned boxes against numeric differentiation, and what takes part in it.
@Suite struct TurnedBoxLossTests {
    private static let strides = [8, 16, 32]
    private static let size = 64
    private static let input = TensorShape(c: 3, h: size, w: size)
    private let targets = [
        LossTarget(classID: 0, cx: 0.4, cy: 0.55, width: 0.5, height: 0.3, angle: 0.4),
        LossTarget(classID: 2, cx: 0.7, cy: 0.3, width: 0.4, height: 0.25, angle: 2),
        LossTarget(classID: 1, cx: 0.2, cy: 0.3, width: 0.14, height: 0.1, angle: -0.6),
    ]

    struct Form: Sendable {
        var bins: Int
        var angles: AngleCoding
        var release: LossRelease
    }

    private static func loss(
        _ form: Form, box: Double = 7.5, classes: Double = 0.5, sides: Double = 1.5, angle: Double = 1
    ) -> TurnedBoxLoss {
        var gains = YOLOv8Hyperparameters()
        (gains.box, gains.distribution, gains.angle, gains.release) = (box, sides, angle, form.release)
        gains.classification = classes
        return TurnedBoxLoss(
            classCount: 3, bins: form.bins, angles: form.angles, strides: strides, input: input, hyperparameters: gains)
    }

    private static func outputs(_ bins: Int, seed: UInt64) -> [[Float]] {
        strides.flatMap { stride -> [[Float]] in
            let cells = (size / stride) * (size / stride)
            return [4 * bins, 3, 1].enumerated().map { part, channels in
                (0..<channels * cells).map {
                    let unit = CounterBasedNumber.symmetricUnit(
                        seed: seed &+ UInt64(stride * 3 + part), counter: UInt64($0))
                    // Distances as they are must not be negative all the time.
                    return part == 0 && bins == 1 ? 1.5 + unit : 1.5 * unit
                }
            }
        }
    }

    @Test(arguments: [
        Form(bins: 16, angles: .logistic, release: .newest), Form(bins: 1, angles: .plain, release: .newest),
        Form(bins: 16, angles: .logistic, release: .upTo83),
    ])
    func slopesAreDerivatives(form: Form) {
        // Without the classes, which are summed up in single precision.
        let loss = Self.loss(form, classes: 0)
        let outputs = Self.outputs(form.bins, seed: 5)
        let slopes = loss.evaluate(outputs: outputs, targets: targets, wantsGradient: true).outputGradients
        var checked = [0, 0, 0]
        for (output, slope) in slopes.enumerated() {
            let largest = slope.map(abs).max() ?? 0
            guard largest > 1e-6 else { continue }
            for at in slope.indices where abs(slope[at]) > largest / 20 {
                let numeric = loss.numericSlope(outputs, targets, at: (output, at), step: 4e-3)
                #expect(abs(numeric - Double(slope[at])) < 2e-3 * max(abs(numeric), Double(largest) / 10))
                checked[output % 3] += 1
            }
        }
        #expect(checked[0] >= 10 && checked[2] >= 10, "\(checked)")
    }

    /// The angle is learned by itself only since 8.4, and least by long boxes.
    @Test func angleHasAPartOfItsOwnSince84() throws {
        let outputs = Self.outputs(16, seed: 5)
        func part(_ release: LossRelease, _ targets: [LossTarget]) throws -> Double {
            try #require(
                Self.loss(Form(bins: 16, angles: .logistic, release: release)).evaluate(
                    outputs: outputs, targets: targets, wantsGradient: false
                ).parts.angle)
        }
        #expect(try part(.upTo83, targets) == 0)
        #expect(try part(.newest, targets) > 0)
        var turned = targets
        turned[0].angle += 0.5 * .pi
        turned[0] = LossTarget(
            classID: 0, cx: turned[0].cx, cy: turned[0].cy, width: turned[0].height, height: turned[0].width,
            angle: turned[0].angle)
        // The same rectangle by its other side.
        #expect(abs(try part(.newest, turned) - part(.newest, targets)) < 1e-6)
    }

    /// Sides under two pixels take no part; small ones are widened like those of upright boxes, and a centre on the border
    /// counts, as four of the second level's do here.
    @Test(arguments: [(Float(1.9), LossRelease.newest, 0), (2.1, .upTo83, 0), (2.1, .newest, 8), (7, .from840, 8)])
    func smallLabelsAreLearnedFromTwoPixelsOn(side: Float, release: LossRelease, expected: Int) {
        let target = LossTarget(classID: 0, cx: 0.5, cy: 0.5, width: side / 64, height: side / 64)
        let outputs = Self.strides.flatMap { stride -> [[Float]] in
            let cells = (Self.size / stride) * (Self.size / stride)
            return [4, 3, 1].enumerated().map { part, channels in
                [Float](repeating: part == 0 ? 0.7 : 0, count: channels * cells)
            }
        }
        let evaluation = Self.loss(Form(bins: 1, angles: .plain, release: release)).evaluate(
            outputs: outputs, targets: [target], wantsGradient: false)
        #expect(evaluation.labels[0].matches == expected)
    }

    /// Of three in a row, the first drops the second, and the dropped one still drops the third, as the trainer has it.
    @Test func suppressionIsTheTrainers() throws {
        let yaml =
            "nc: 2\nbackbone:\n  - [-1, 1, Conv, [8, 3, 2]]\nhead:\n  - [-1, 1, Conv, [8, 3, 2]]\n  - [[1], 1, OBB, [nc, 1]]\n"
        let model = try ModelYAML.parse(yaml, file: "own.yaml").makeModel()
        #expect(model.angles == .logistic && model.strides == [4] && model.graph.outputs.count == 3)
        // Cells of four pixels in a row, all with a box of 16 × 16 bins.
        let plane = 16 * 16
        var outputs = [
            (0..<64 * plane).map { -abs(Float($0 / plane % 16) - 3) * 20 }, [Float](repeating: -20, count: 2 * plane),
            [Float](repeating: 0, count: plane),
        ]
        for (cell, logit) in [(100, Float(2)), (101, 1), (102, 0.5)] { outputs[1][cell] = logit }
        let input = TensorShape(c: 3, h: 64, w: 64)
        let found = model.candidates(outputs: outputs, input: input, least: 0.2).compactMap(\.box.turned)
        #expect(found.count == 3 && found.allSatisfy { abs($0.angle - .pi / 4) < 1e-12 && abs($0.width - 24) < 1e-3 })
        func kept(_ overlap: Double) -> Int {
            var options = DetectionOptions()
            (options.leastConfidence, options.overlap) = (0.2, overlap)
            return model.detections(outputs: outputs, input: input, options: options).count
        }
        let detections = model.detections(
            outputs: outputs, input: input,
            options: {
                var o = DetectionOptions()
                o.overlap = 1
                o.leastConfidence = 0.2
                return o
            }())
        let (near, far) = (detections[0].overlap(detections[1]), detections[0].overlap(detections[2]))
        #expect(far < near && near < 1)
        #expect(kept(1) == 3 && kept((near + far) / 2) == 1)
    }

    /// ProbIoU by its formula, of boxes with known distances.
    @Test func overlapIsProbIoU() {
        func detection(_ x: Double, _ width: Double, _ angle: Double) -> Detection {
            Detection(
                box: ObjectBox(RotatedBox(centre: PlanePoint(x, 0), width: width, height: width, angle: angle)),
                confidence: 1, classID: 0)
        }
        // Equal squares at a distance d: B = d²/8 over the variance w²/12.
        let expected = 1 - (1 - exp(-(9.0 / 8) / (36.0 / 12))).squareRoot()
        #expect(abs(detection(0, 6, 0.3).overlap(detection(3, 6, 1.2)) - expected) < 1e-6)
        #expect(detection(0, 6, 0.3).overlap(detection(3_000, 6, 0.3)) == 0)
    }
}
