import NeuralKernels
import Testing
import YOLOModel

/// Which labels can be learned, and with which weights, depends on the release of the trainer.
@Suite struct LossReleaseTests {
    @Test(arguments: [
        ("8.0.20", LossRelease.upTo83), ("8.3.200", .upTo83), ("8.4.0", .from840), ("8.4.127", .from840),
        ("8.4.128", .from84128), ("8.4.190", .from84128), ("8.5", .from84128), ("9.0.0", .from84128),
        ("8.4.0rc1", .from840), ("", .newest), ("main", .newest), ("99999999999999999999.1", .newest),
    ])
    func isReadFromTheVersion(version: String, release: LossRelease) {
        #expect(LossRelease(version: version) == release)
        #expect(LossRelease(version: nil) == .newest)
    }

    private static let input = TensorShape(c: 3, h: 64, w: 64)

    /// Outputs of one kind everywhere: sides of `cells` cells, and class logits.
    private func outputs(bins: Int, cells: Float, logit: Float, heads: Int = 1) -> [[Float]] {
        (0..<heads).flatMap { _ in
            [8, 16, 32].flatMap { stride -> [[Float]] in
                let plane = (64 / stride) * (64 / stride)
                let boxes = (0..<4 * bins * plane).map { index -> Float in
                    bins == 1 ? cells : -abs(Float(index / plane % bins) - cells)
                }
                return [boxes, [Float](repeating: logit, count: 2 * plane)]
            }
        }
    }

    private func loss(_ release: LossRelease, _ change: (inout YOLOv8Hyperparameters) -> Void = { _ in }) -> YOLOv8Loss
    {
        var settings = YOLOv8Hyperparameters()
        settings.release = release
        change(&settings)
        return YOLOv8Loss(classCount: 2, strides: [8, 16, 32], input: Self.input, hyperparameters: settings)
    }

    private func matches(_ release: LossRelease, centre: Float, side: Float) -> Int {
        let target = LossTarget(classID: 0, cx: centre / 64, cy: centre / 64, width: side / 64, height: side / 64)
        return loss(release).evaluate(
            outputs: outputs(bins: 16, cells: 1, logit: 0), targets: [target], wantsGradient: false
        ).labels[0].matches
    }

    /// A label of 7 × 7 pixels between four cell centres holds none by itself.
    @Test(arguments: [(LossRelease.upTo83, 0), (.from840, 4), (.from84128, 4)])
    func smallLabelsAreLearnedSince84(release: LossRelease, expected: Int) {
        #expect(matches(release, centre: 32, side: 7) == expected)
    }

    /// Sides of 12 pixels are under the second stride, not under the first.
    @Test(arguments: [(LossRelease.upTo83, 1), (.from840, 1), (.from84128, 5)])
    func sidesAreComparedWithTheStrideOfTheRelease(release: LossRelease, expected: Int) {
        #expect(matches(release, centre: 30, side: 12) == expected)
    }

    @Test func classWeightsMultiplyTheirClass() throws {
        let target = LossTarget(classID: 1, cx: 0.4, cy: 0.4, width: 0.3, height: 0.3)
        let outputs = outputs(bins: 16, cells: 1, logit: -1)
        func parts(_ weights: [Double]) -> LossEvaluation {
            loss(.newest) { $0.classWeights = weights }.evaluate(
                outputs: outputs, targets: [target], wantsGradient: true)
        }
        let (plain, even, first, second) = (parts([]), parts([1, 1]), parts([2, 0]), parts([0, 2]))
        #expect(plain.parts == even.parts)
        #expect(abs(first.parts.classification + second.parts.classification - 2 * plain.parts.classification) < 1e-9)
        #expect(first.parts.box == plain.parts.box)
        for index in plain.outputGradients[1].indices {
            let sum = first.outputGradients[1][index] + second.outputGradients[1][index]
            #expect(abs(sum - 2 * plain.outputGradients[1][index]) < 1e-6)
        }
    }

    @Test func twoHeadsHaveTheWeightsOfTheirRelease() throws {
        let yaml =
            "nc: 2\nend2end: True\nreg_max: 1\nbackbone:\n  - [-1, 1, Conv, [8, 3, 2]]\nhead:\n"
            + "  - [-1, 1, Conv, [8, 3, 2]]\n  - [[1], 1, Detect, [nc]]\n"
        var model = try ModelYAML.parse(yaml, file: "own.yaml").makeModel()
        #expect(model.family == .v26 && model.bins == 1 && model.strides == [4])
        let plane = 16 * 16
        let outputs = (0..<2).flatMap { _ in
            [[Float](repeating: 1.5, count: 4 * plane), [Float](repeating: 0, count: 2 * plane)]
        }
        func total(_ release: LossRelease, progress: Double = 0) -> Double {
            model.lossSettings.anchorFree.release = release
            model.lossSettings.anchorFree.progress = progress
            return model.loss(size: 64).evaluate(outputs: outputs, targets: [], wantsGradient: false).parts.total
        }
        // Without labels both heads say the same, so that weights of a sum of 1 leave it.
        #expect(abs(total(.upTo83) - 2 * total(.newest)) < 1e-9 * total(.upTo83))
        #expect(abs(total(.newest, progress: 1) - total(.newest)) < 1e-9 * total(.newest))
    }

    @Test func gainsAndReleaseAreReadFromTheOptionsOfATraining() {
        var settings = LossSettings()
        settings.set(gains: ["box": 1, "dfl": 2, "obj_pw": 3])
        #expect(settings.anchorFree.box == 1 && settings.anchorFree.distribution == 2)
        #expect(settings.anchorBased.box == 1 && settings.anchorBased.objectnessPositiveWeight == 3)
        #expect(settings.anchorFree.classification == YOLOv8Hyperparameters().classification)
    }
}
