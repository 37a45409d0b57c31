import Geometry
import Testing
import YOLOModel

@Suite struct JudgeVerdictTests {
    private let good = JudgeQuality(ap50: 0.5, predictions: 8, labels: 9, found: 0.8)
    private let trained = JudgeTraining(steps: 200, leastSteps: 100, epochs: 20, hasConverged: false)

    private func box(_ x: Double, _ confidence: Double, classID: Int = 0) -> Detection {
        Detection(
            box: ObjectBox(Edges(left: x, top: 0, right: x + 10, bottom: 10)), confidence: confidence, classID: classID)
    }

    @Test func qualityIsWhatIsPredictedAgainstTheLabels() throws {
        let labels = [box(0, 1), box(20, 1), box(40, 1, classID: 1), box(60, 1)]
        // Right; of another class; too unsure to be found, and one that nobody would see.
        let predictions = [box(0, 0.9), box(20, 0.5, classID: 1), box(40, 0.2, classID: 1), box(60, 0.05)]
        let quality = try #require(
            JudgeQuality([
                JudgeQuality.Image(predictions: predictions, labels: labels), .init(predictions: [], labels: []),
            ]))
        #expect(quality.predictions == 1 && quality.labels == 2 && quality.found == 0.75)
        #expect(quality.ap50 > 0.5 && quality.ap50 < 0.9)
        #expect(JudgeQuality([JudgeQuality.Image(predictions: predictions, labels: [])]) == nil)
    }

    @Test func aTrainedModelCanJudge() {
        let verdict = JudgeVerdict(good, training: trained)
        #expect(verdict.canJudge && verdict.sentence() == nil && verdict.enoughEpochs == nil)
        #expect(JudgeVerdict(nil, training: nil).canJudge)
    }

    /// Each guard by itself, in the words that the person reads.
    @Test func eachGuardFires() {
        func sentence(_ change: (inout JudgeQuality, inout JudgeTraining) -> Void) -> String {
            var (quality, training) = (good, trained)
            change(&quality, &training)
            return JudgeVerdict(quality, training: training).sentence() ?? ""
        }
        let steps = sentence {
            $1.steps = 24
            $1.epochs = 2
        }
        #expect(steps.hasPrefix("cannot judge these labels: 24 steps of training, 100 are the least;"))
        #expect(steps.hasSuffix("train for 9 epochs or more: --epochs 9"))
        #expect(
            sentence { quality, _ in quality.ap50 = 0.03 }.contains(
                "AP50 is 0.03, 0.1 is the least; train for 40 epochs"))
        #expect(
            sentence { quality, _ in quality.predictions = 0.5 }.contains(
                "0.5 confident predictions an image, for 9.0 labelled objects"))
        #expect(sentence { quality, _ in quality.found = 0.1 }.contains("10.0 % of the labels are found"))
    }

    @Test func theTimeIsThatOfTheMachine() {
        let verdict = JudgeVerdict(
            good, training: JudgeTraining(steps: 10, leastSteps: 100, epochs: 1, hasConverged: false))
        #expect(verdict.enoughEpochs == 10)
        #expect(verdict.sentence(secondsPerEpoch: 6)?.contains("10 epochs or more (about 60 s here)") == true)
        #expect(verdict.sentence(secondsPerEpoch: 25)?.contains("(about 5 min here)") == true)
    }

    /// What has converged does not get better by more of the same, and of foreign weights nobody knows the training.
    @Test func theWayOutIsOneThatHelps() throws {
        let poor = JudgeQuality(ap50: 0.01, predictions: 8, labels: 9, found: 0.8)
        var done = trained
        done.hasConverged = true
        let converged = JudgeVerdict(poor, training: done)
        #expect(converged.enoughEpochs == nil && converged.sentence()?.contains("more epochs would not help") == true)
        #expect(JudgeVerdict(poor, training: nil).sentence()?.contains("trained on this dataset") == true)
        // Counts of a damaged file stay counts.
        let huge = JudgeTraining(steps: 1, leastSteps: 1_000_000_000, epochs: 1_000_000_000, hasConverged: false)
        #expect(JudgeVerdict(poor, training: huge).enoughEpochs == 2_000_000_000)
    }
}
