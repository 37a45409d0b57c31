import CheckedNumbers
import Foundation
import TextForms
import YOLOModel

/// What the figures say about training settings of one trainer: only settings that it knows, in ranges that it takes, and
/// none of which the figures say nothing.
public struct TrainingAdvice: Sendable, Hashable {
    /// A setting as the trainer names it.
    public struct Setting: Sendable, Hashable {
        /// As in the trainer's hyperparameter file.
        public let name: String
        /// To two digits, within what the trainer takes; never what it has anyway.
        public let value: Double
        /// The figures that speak for it, in one sentence.
        public let reason: String
    }

    /// Whose settings they are.
    public let trainer: AdviceTrainer
    /// Below which 95 % of the images' gradient norms lie, to two digits; 0 where there is none.
    public private(set) var maxNorm = 0.0
    /// In the order in which they are printed.
    public private(set) var settings: [Setting] = []
    /// What the figures say that is no setting of the trainer's file, in a sentence each.
    public private(set) var remarks: [String] = []

    /// No advice yet.
    public init(_ trainer: AdviceTrainer = .ultralytics) { self.trainer = trainer }

    /// So many times the labels of the rarest class are no reason to do anything.
    private static let mostImbalance = 10.0
    /// Classes that provide less of the labels' gradient energy are learned too slowly where their loss is still high.
    private static let leastClassShare = 0.05
    private static let highClassLoss = 0.3
    /// Matched cells an image, below which objects are rare.
    private static let fewMatches = 3.0

    /// - Parameters:
    ///   - hasWholeGradients: whether the images' norms are of the gradient of every parameter, which trainers clip.
    ///   - canJudge: whether the models have learned enough for their gradients to say anything.
    package init(
        _ images: [ImageLoss], classCount: Int, trainer: AdviceTrainer, hasWholeGradients: Bool = true, canJudge: Bool
    ) {
        self.trainer = trainer
        if classCount > 1 { addImbalance(images, classCount) }
        if hasWholeGradients { addNorms(images) }
        guard canJudge else {
            remarks.append("the models have learned too little for their losses and gradients to say more")
            return
        }
        let labels = images.flatMap(\.labels).filter { $0.gradientNorm.isFinite }
        // Only a loss with objectness tells what its gains should be.
        if labels.contains(where: { $0.gradientNormObjectness != nil }) {
            if classCount > 1 { addClassGain(labels) }
            addObjectWeight(labels, images: images.count)
        }
    }

    private mutating func add(_ setting: AdviceTrainer.Setting, _ value: Double, _ reason: String) {
        let value = min(max(Self.twoDigits(value), setting.range.lowerBound), setting.range.upperBound)
        guard value != setting.usual else { return }
        settings.append(Setting(name: setting.name, value: value, reason: reason))
    }

    private mutating func addNorms(_ images: [ImageLoss]) {
        let norms = images.compactMap { $0.norms?.total }.sorted()
        guard !norms.isEmpty else { return }
        maxNorm = Self.twoDigits(norms[min(norms.count - 1, norms.count * 95 / 100)])
        let energy = norms.reduce(0) { $0 + $1 * $1 }
        let top = norms.suffix(max(1, norms.count / 100)).reduce(0) { $0 + $1 * $1 }
        remarks.append(
            "gradients: 19 of 20 images stay below a norm of \(ExactNumber.text(maxNorm)), and the top 1 % of the images "
                + "hold \(Self.percent(top / max(energy, 1e-300))) of the energy; max_norm is no setting of \(trainer.name)"
        )
    }

    private mutating func addClassGain(_ labels: [LabelLoss]) {
        guard let setting = trainer.classGain else { return }
        func energy(_ part: (LabelLoss) -> Double?) -> Double {
            labels.reduce(0) { $0 + (part($1) ?? 0) * (part($1) ?? 0) }
        }
        let box = energy(\.gradientNormBox)
        let object = energy(\.gradientNormObjectness)
        let kind = energy(\.gradientNormClassification)
        let whole = box + object + kind
        guard whole > 0 else { return }
        let loss = labels.reduce(0) { $0 + $1.classification } / Double(labels.count)
        // Little gradient is as it should be where the classes are known already.
        guard kind / whole < Self.leastClassShare, loss > Self.highClassLoss else { return }
        add(
            setting, setting.usual * min(4, (Self.leastClassShare / max(kind / whole, 1e-9)).squareRoot()),
            "classes provide \(Self.percent(kind / whole)) of the labels' gradient energy (box "
                + "\(Self.percent(box / whole)), objectness \(Self.percent(object / whole))), and the class loss of a label "
                + "is still \(Self.twoDigits(loss)); the trainer scales the gain by nc/80")
    }

    private mutating func addObjectWeight(_ labels: [LabelLoss], images: Int) {
        guard let setting = trainer.objectWeight else { return }
        let positive = Double(labels.reduce(0) { $0 + $1.matches }) / Double(max(1, images))
        guard positive < Self.fewMatches else { return }
        add(
            setting, 2,
            "\(Self.twoDigits(positive)) matched cells an image: objects are rare, and objectness is learned from few cells"
        )
    }

    private mutating func addImbalance(_ images: [ImageLoss], _ classCount: Int) {
        var counts = [Int](repeating: 0, count: classCount)
        for box in images.flatMap(\.boxes) where counts.indices.contains(Int(box.classID)) {
            counts[Int(box.classID)] += 1
        }
        let present = counts.filter { $0 > 0 }
        guard let most = present.max(), let fewest = present.min() else { return }
        let ratio = Double(most) / Double(fewest)
        guard ratio > Self.mostImbalance else { return }
        let reason = "the most frequent class has \(Self.twoDigits(ratio)) times the labels of the rarest"
        guard let setting = trainer.rarityPower else {
            remarks.append(
                reason
                    + (trainer.needsEverySetting
                        ? ": --image-weights shows images with rare classes more often"
                        : ": Ultralytics has no setting for that before 8.4"))
            return
        }
        // With weights of frequency⁻ᵖ the ratio of what both classes weigh together is ratio^(1 − p).
        add(
            setting, 1 - log(Self.mostImbalance) / log(ratio),
            reason + "; by this power of rarity it weighs \(Self.twoDigits(Self.mostImbalance)) times as much in all")
    }

    // MARK: Text

    private static func twoDigits(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 0 }
        let unit = pow(10, floor(log10(value)) - 1)
        // Through single precision's text, so that 0.12 is not 0.12000000000000001.
        return Double("\(Float((value / unit).rounded() * unit))") ?? value
    }

    private static func percent(_ part: Double) -> String { "\(Figure.percent(part)) %" }

    /// The trainer's hyperparameter file.
    public var yaml: String {
        var lines = [
            settings.isEmpty
                ? "# Nothing in the losses and gradients speaks for another setting of \(trainer.name) than its own."
                : "# What the losses and gradients say of settings of \(trainer.name): \(trainer.use)"
        ]
        lines += settings.map { "\($0.name): \($0.value)  # \($0.reason)" }
        lines += remarks.map { "# \($0)" }
        let said = Set(settings.map(\.name))
        let rest = trainer.everySetting.filter { !said.contains($0.name) }
        if !rest.isEmpty { lines.append("# \(trainer.name) takes a whole file or none: the others are its own.") }
        lines += rest.map { "\($0.name): \($0.value)" }
        return lines.map { $0 + "\n" }.joined()
    }
}
