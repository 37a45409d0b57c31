import CheckedNumbers
import TextForms

/// Whether models can judge labels at all, and what would be enough where they cannot.
public struct JudgeVerdict: Sendable, Hashable {
    /// A figure that lies below its floor.
    public enum Doubt: Sendable, Hashable {
        /// Steps done, and the least.
        case fewSteps(Int, least: Int)
        /// Average precision at an IoU of 0.5.
        case lowPrecision(Double)
        /// Predictions and labels an image.
        case fewPredictions(Double, labels: Double)
        /// The part of the labels that is found.
        case fewFound(Double)
    }

    /// Below this average precision, predictions are no evidence against labels.
    public static let leastAP50 = 0.1
    /// So many confident predictions a label.
    public static let leastPredictions = 0.1
    /// The part of the labels near which something must be predicted.
    public static let leastFound = 0.25

    /// Empty where the models can judge.
    public let doubts: [Doubt]
    /// How far they were trained; nil for a checkpoint of which nobody knows.
    public let training: JudgeTraining?

    /// - Parameters:
    ///   - quality: nil where there is no label.
    ///   - training: nil for a checkpoint that came from elsewhere.
    public init(_ quality: JudgeQuality?, training: JudgeTraining?) {
        var doubts: [Doubt] = []
        if let training, training.steps < training.leastSteps {
            doubts.append(.fewSteps(training.steps, least: training.leastSteps))
        }
        if let quality {
            if quality.ap50 < Self.leastAP50 { doubts.append(.lowPrecision(quality.ap50)) }
            if quality.predictions < Self.leastPredictions * quality.labels {
                doubts.append(.fewPredictions(quality.predictions, labels: quality.labels))
            }
            if quality.found < Self.leastFound { doubts.append(.fewFound(quality.found)) }
        }
        self.doubts = doubts
        self.training = training
    }

    /// Whether what the models say of labels is worth anything.
    public var canJudge: Bool { doubts.isEmpty }

    /// The epochs that would be enough, as far as can be told: those of the least steps, twice as many where all steps were
    /// done and yet little was learned. Nil where the models can judge, and where more epochs would not help.
    public var enoughEpochs: Int? {
        guard !canJudge, let training, training.steps > 0, training.epochs > 0, !training.hasConverged else {
            return nil
        }
        let stepsPerEpoch = max(1, training.steps / training.epochs)
        let least = training.leastSteps / stepsPerEpoch + (training.leastSteps % stepsPerEpoch > 0 ? 1 : 0)
        return training.epochs < least ? least : training.epochs.checkedTimes(2)
    }

    /// One sentence for people, with the way out; nil where the models can judge.
    ///
    /// - Parameter secondsPerEpoch: of the machine that would train; nil where it was not measured.
    public func sentence(secondsPerEpoch: Double? = nil) -> String? {
        guard !canJudge else { return nil }
        return "cannot judge these labels: \(doubts.map(Self.text).joined(separator: ", ")); "
            + wayOut(secondsPerEpoch)
    }

    private static func text(_ doubt: Doubt) -> String {
        switch doubt {
        case .fewSteps(let done, let least): "\(Counted.text(done, "step")) of training, \(least) are the least"
        case .lowPrecision(let ap50):
            "AP50 is \(Figure.text(ap50, decimals: 3)), \(Figure.text(leastAP50, decimals: 3)) is the least"
        case .fewPredictions(let predictions, let labels):
            "\(Figure.text(predictions, decimals: 2)) confident predictions an image, for "
                + "\(Figure.text(labels, decimals: 2)) labelled objects"
        case .fewFound(let found): "\(Figure.percent(found)) % of the labels are found"
        }
    }

    private func wayOut(_ secondsPerEpoch: Double?) -> String {
        guard let training else {
            return "are these weights trained on this dataset, and is --size the one that they were trained at?"
        }
        guard let epochs = enoughEpochs else {
            return training.hasConverged
                ? "more epochs would not help: start from pretrained weights, or train at a larger --size"
                : "train it again"
        }
        let time = secondsPerEpoch.map { " (about \(Self.duration($0 * Double(epochs))) here)" } ?? ""
        return "train for \(Counted.text(epochs, "epoch")) or more\(time): --epochs \(epochs)"
    }

    /// Seconds below two minutes, else minutes.
    package static func duration(_ seconds: Double) -> String {
        seconds < 120
            ? "\(max(1, Int(clamping: seconds.rounded(.up)))) s" : "\(Int(clamping: (seconds / 60).rounded(.up))) min"
    }
}
