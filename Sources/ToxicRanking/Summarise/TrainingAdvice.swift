import CheckedNumbers
import Foundation
import TextForms
import YOLOModel

/// What the figures say about training settings, each with its reason.
public struct TrainingAdvice: Sendable, Hashable {
    /// A setting as trainers name it.
    public struct Setting: Sendable, Hashable {
        /// As in a trainer's hyperparameter file.
        public let name: String
        /// To two digits.
        public let value: Double
        /// The figures that speak for it, in one sentence.
        public let reason: String
    }

    /// Below which 95 % of the images' gradient norms lie, to two digits; 0 where there is none.
    public private(set) var maxNorm = 0.0
    /// In the order in which they are printed.
    public private(set) var settings: [Setting] = []

    public init() {}

    init(_ images: [ImageLoss], classCount: Int) {
        let norms = images.compactMap { $0.norms?.total }.sorted()
        guard !norms.isEmpty else { return }
        maxNorm = Self.twoDigits(norms[min(norms.count - 1, norms.count * 95 / 100)])
        let energy = norms.reduce(0) { $0 + $1 * $1 }
        let top = norms.suffix(max(1, norms.count / 100)).reduce(0) { $0 + $1 * $1 }
        let held = Self.percent(top / max(energy, 1e-300))
        settings.append(
            Setting(
                name: "max_norm", value: maxNorm,
                reason: "19 of 20 images stay below it; the top 1 % of the images hold \(held) of the gradient's energy"
            ))
        let labels = images.flatMap(\.labels).filter { $0.gradientNorm.isFinite }
        func partEnergy(_ part: (LabelLoss) -> Double?) -> Double {
            labels.reduce(0) { $0 + (part($1) ?? 0) * (part($1) ?? 0) }
        }
        let box = partEnergy(\.gradientNormBox)
        let object = partEnergy(\.gradientNormObjectness)
        let kind = partEnergy(\.gradientNormClassification)
        let whole = box + object + kind
        guard whole > 0, labels.contains(where: { $0.gradientNormObjectness != nil }) else { return }
        if classCount > 1 {
            let share = kind / whole
            let loss = labels.reduce(0) { $0 + $1.classification } / Double(labels.count)
            // Little gradient is as it should be where the classes are known already.
            let factor = share < 0.05 && loss > 0.3 ? min(4, (0.05 / max(share, 1e-9)).squareRoot()) : 1
            settings.append(
                Setting(
                    name: "cls", value: Self.twoDigits(YOLOv5Hyperparameters().classification * factor),
                    reason: "classes provide \(Self.percent(share)) of the labels' gradient energy "
                        + "(box \(Self.percent(box / whole)), objectness \(Self.percent(object / whole))); the trainer "
                        + "scales the gain by nc/80"
                        + (factor > 1
                            ? ", which leaves too little here: the class loss of a label is still \(Self.twoDigits(loss))"
                            : "")))
            settings.append(Self.imbalance(images, classCount))
        }
        let positive = Double(labels.reduce(0) { $0 + $1.matches }) / Double(max(1, images.count))
        settings.append(
            Setting(
                name: "obj_pw", value: positive < 3 ? 2 : 1,
                reason: "\(Self.twoDigits(positive)) matched cells an image"
                    + (positive < 3 ? ": objects are rare, and objectness is learned from few cells" : "")))
    }

    private static func imbalance(_ images: [ImageLoss], _ classCount: Int) -> Setting {
        var counts = [Int](repeating: 0, count: classCount)
        for box in images.flatMap(\.boxes) where counts.indices.contains(Int(box.classID)) {
            counts[Int(box.classID)] += 1
        }
        let present = counts.filter { $0 > 0 }
        let ratio = Double(present.max() ?? 1) / Double(max(1, present.min() ?? 1))
        return Setting(
            name: "cls_pw", value: ratio > 10 ? 2 : 1,
            reason: "the most frequent class has \(twoDigits(ratio)) times the labels of the rarest"
                + (ratio > 10 ? ": weigh what is there more, and show images with rare classes more often" : ""))
    }

    private static func twoDigits(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 0 }
        let unit = pow(10, floor(log10(value)) - 1)
        // Through single precision's text, so that 0.12 is not 0.12000000000000001.
        return Double("\(Float((value / unit).rounded() * unit))") ?? value
    }

    private static func percent(_ part: Double) -> String { "\(Figure.percent(part)) %" }

    /// Lines for a trainer's hyperparameter file.
    public var yaml: String {
        "# Suggestions from the dataset's losses and gradients.\n"
            + settings.map { "\($0.name): \($0.value)  # \($0.reason)\n" }.joined()
    }
}
