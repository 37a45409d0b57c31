import AuditPlan
import FileReading
import ProbeTraining
import TextForms
import ToolOptions
import YOLODataset

/// Who is to judge the labels of a dataset for which a plan is made, and what that costs here.
public struct JudgeChoice: Sendable {
    /// What a person has said of it.
    public struct Wish: Sendable {
        /// Pretrained weights of the probe.
        public var pretrained: String?
        /// A checkpoint that was trained on the dataset.
        public var weights: String?
        /// Whether there is to be a probe; nil where nothing was said.
        public var probe: Bool?
        /// The time that a probe may take, in seconds.
        public var budget: Double
        /// Of every random choice.
        public var seed: UInt64

        /// - Parameters:
        ///   - probe: whether there is to be one; nil where nothing was said.
        ///   - budget: in seconds.
        public init(pretrained: String?, weights: String?, probe: Bool?, budget: Double, seed: UInt64) {
            (self.pretrained, self.weights, self.probe) = (pretrained, weights, probe)
            (self.budget, self.seed) = (budget, seed)
        }
    }

    /// The probe's settings by key, as the plan is to have them; nil for no probe.
    public private(set) var probe: [(key: String, text: String)]?
    /// Who judges, how long it takes, and what would be better: sentences.
    public private(set) var sentences: [String] = []

    /// Steps in which a model from scratch learns enough of shapes and colours to judge them (Fixtures/demo: 990).
    private static let stepsFromScratch = 1_000
    /// Fewer epochs than these are not worth their time.
    private static let fewest = (scratch: 20, pretrained: 12)
    /// More teach a small dataset by heart.
    private static let most = (scratch: 150, pretrained: 40)
    /// A tenth of a budget is for reading, judging and the fit of probabilities.
    private static let trainingShare = 0.9

    private static let betterWeights =
        "--pretrained yolo11n.pt (docs/models.md says where it is) finds more in fewer epochs"

    /// Measures what a probe takes on this machine, and chooses epochs that fit the budget.
    ///
    /// The choice is written into the plan as figures, so that the plan gives the same results on every machine.
    ///
    /// - Throws: what reading weights throws; `CancellationError`.
    public init(_ dataset: Dataset, _ wish: Wish, _ session: AuditSession) throws {
        let isAsked = wish.pretrained != nil || wish.probe == true
        guard isAsked || wish.probe == nil && wish.weights == nil else {
            sentences.append(
                wish.weights.map {
                    "\($0), in sample: it excuses what it has learned; --probe judges by models that have not"
                }
                    ?? "nobody: labels and anchors are checked, and suspicions need --probe or --pretrained")
            return
        }
        var settings = ProbeSettings(
            weights: wish.pretrained, splits: ["train", "val"].filter(dataset.splitNames.contains))
        settings.training.seed = wish.seed
        guard let survey = try ProbeCost.survey(dataset, splits: settings.splits, folds: settings.folds) else {
            sentences.append("nobody: there are too few readable images for \(Counted.text(settings.folds, "fold"))")
            return
        }
        let isFromScratch = wish.pretrained == nil
        settings.training.imageSize = Self.side(survey.longestSide, most: settings.training.imageSize)
        // Few images make few steps: smaller batches make more of them.
        if isFromScratch, survey.images < 600 { settings.training.batch = 8 }
        settings.training.normalizationBatch = min(settings.training.normalizationBatch, settings.training.batch)
        guard let cost = try ProbeCost(dataset, settings, jobs: session.jobs, isCancelled: session.isCancelled) else {
            return
        }
        // Fewer steps are not believed, whatever they have taught.
        let enough = (settings.leastSteps + cost.stepsPerEpoch - 1) / cost.stepsPerEpoch
        let (least, usual) =
            isFromScratch ? (Self.fewest.scratch, Self.most.scratch) : (Self.fewest.pretrained, Self.most.pretrained)
        let most = max(usual, enough)
        let wanted =
            isFromScratch
            ? min(most, max(least, (Self.stepsFromScratch + cost.stepsPerEpoch - 1) / cost.stepsPerEpoch)) : most
        let fitting = Int(clamping: Self.trainingShare * wish.budget / max(1e-6, cost.secondsPerEpoch))
        let epochs = max(least, min(wanted, fitting))
        let time = DurationText.text(Double(epochs) * cost.secondsPerEpoch / Self.trainingShare)
        let what =
            "\(Counted.text(settings.folds, "fold")), \(Counted.text(epochs, "epoch")) of "
            + "\(Counted.text(cost.images, "image")) at "
            + "\(settings.training.imageSize) px, about \(time) here (\(Counted.text(session.jobs, "thread")))"
        guard isAsked || fitting >= least else {
            sentences = [
                "nobody: models from scratch would take \(what), more than --budget allows; --probe trains them all the same",
                Self.betterWeights,
            ]
            return
        }
        sentences = [
            "models that have not seen what they judge, \(wish.pretrained.map { "from \($0)" } ?? "from scratch"): \(what)"
        ]
        if epochs < enough {
            let time = Double(enough) * cost.secondsPerEpoch / Self.trainingShare
            sentences.append(
                "that is too little to judge labels by: \(Counted.text(enough, "epoch")) are the least, "
                    + "--budget \(Int(clamping: (time / 60).rounded(.up)))m")
        }
        if isFromScratch { sentences.append("\(Self.betterWeights); --no-probe leaves it out") }
        probe = [
            ("folds", "\(settings.folds)"), ("size", "\(settings.training.imageSize)"), ("epochs", "\(epochs)"),
            ("batch", "\(settings.training.batch)"),
        ]
        if let pretrained = wish.pretrained { probe?.append(("weights", pretrained)) }
    }

    /// No larger than the images are, in steps that every model takes.
    private static func side(_ longest: Int, most: Int) -> Int { min(most, max(96, (longest + 31) / 32 * 32)) }
}
