import CheckedNumbers
import FileReading
import Foundation
import NeuralKernels

/// YOLOv5's gains and settings; the defaults are the trainer's.
public struct YOLOv5Hyperparameters: Sendable, Hashable {
    /// Gain of 1 − CIoU.
    public var box = 0.05
    /// Gain of the objectness.
    public var objectness = 1.0
    /// Gain of the classes.
    public var classification = 0.5
    /// `obj_pw` and `cls_pw`: weights of what is there in the cross-entropies.
    public var objectnessPositiveWeight = 1.0
    /// Weight of the right class in the cross-entropy of the classes.
    public var classPositiveWeight = 1.0
    /// A label and an anchor match where their sides differ by less than this factor.
    public var anchorThreshold: Float = 4

    public init() {}

    /// v7's: the same but for the gains of objectness and classes.
    public static let v7 = {
        var gains = YOLOv5Hyperparameters()
        (gains.objectness, gains.classification) = (0.7, 0.3)
        return gains
    }()

    /// The trainer's names of the gains and weights that can be set.
    public static let gainNames = ["box", "obj", "cls", "obj_pw", "cls_pw"]

    /// Takes values by the trainer's names, those of `gainNames`.
    public mutating func set(gains: [String: Double]) {
        box = gains["box"] ?? box
        objectness = gains["obj"] ?? objectness
        classification = gains["cls"] ?? classification
        objectnessPositiveWeight = gains["obj_pw"] ?? objectnessPositiveWeight
        classPositiveWeight = gains["cls_pw"] ?? classPositiveWeight
    }
}

extension YOLOv5Hyperparameters: Digestible {
    /// Adds all six figures.
    public func add(to digest: inout DigestBuilder) {
        digest.update("box", box)
        digest.update("obj", objectness)
        digest.update("cls", classification)
        digest.update("obj_pw", objectnessPositiveWeight)
        digest.update("cls_pw", classPositiveWeight)
        digest.update("anchor_t", Double(anchorThreshold))
    }
}

/// The anchor-based loss of YOLOv5 and v7: CIoU for boxes, cross-entropy for objectness and classes.
///
/// Outputs are `[1, na·(5 + nc), h, w]` a level, with the channels of an anchor together: x, y, w, h, objectness, classes.
public struct YOLOv5Loss: DetectionLoss {
    let classCount: Int
    /// A level each, in grid units.
    let anchors: [[(width: Float, height: Float)]]
    let strides: [Int]
    let input: TensorShape
    /// Which cells learn which label.
    let assignment: Assignment
    let hyperparameters: YOLOv5Hyperparameters

    /// Which cells learn which label.
    public enum Assignment: Sendable, Hashable {
        /// YOLOv5's: where the sides of anchor and label are alike.
        case shape
        /// v7's: of those, the ones whose predictions cost least.
        case optimalTransport
    }

    private var levels: Int { anchors.count }
    private var boxGain: Double { hyperparameters.box * 3 / Double(levels) }
    private var classGain: Double {
        hyperparameters.classification * Double(classCount) / 80 * 3 / Double(levels)
    }
    private var objectnessGain: Double {
        let size = Double(max(input.w, input.h))
        return hyperparameters.objectness * size * size / (640 * 640) * 3 / Double(levels)
    }
    private var balance: [Double] { levels == 3 ? [4, 1, 0.4] : [4, 1, 0.25, 0.06, 0.02] }

    /// - Parameter anchors: in pixels, a level each.
    public init(
        classCount: Int, anchorsInPixels anchors: [[(width: Double, height: Double)]], strides: [Int],
        input: TensorShape, assignment: Assignment = .shape, hyperparameters: YOLOv5Hyperparameters = .init()
    ) {
        self.assignment = assignment
        self.classCount = classCount
        self.strides = strides
        self.input = input
        self.hyperparameters = hyperparameters
        self.anchors = zip(anchors, strides).map { level, stride in
            level.map { (Float($0.width / Double(stride)), Float($0.height / Double(stride))) }
        }
    }

    /// A label assigned to an anchor at a cell of a level.
    struct Match: Hashable {
        var label: Int
        var anchor: Int
        var column: Int
        var row: Int
        /// Box target: centre from the cell's corner, and size, in grid units.
        var x: Float
        var y: Float
        var width: Float
        var height: Float
    }

    /// The matches of one level in the trainer's order: by offset, then anchor, then label.
    func matches(_ targets: [LossTarget], level: Int) -> [Match] {
        let (columns, rows) = (input.w / strides[level], input.h / strides[level])
        let (across, down) = (Float(columns), Float(rows))
        var pairs: [(anchor: Int, label: Int, x: Float, y: Float, width: Float, height: Float)] = []
        for (anchor, shape) in anchors[level].enumerated() {
            for (label, target) in targets.enumerated() {
                let width = target.width * across
                let height = target.height * down
                let ratios = (width / shape.width, height / shape.height)
                let worst = max(max(ratios.0, 1 / ratios.0), max(ratios.1, 1 / ratios.1))
                guard worst < hyperparameters.anchorThreshold else { continue }
                pairs.append((anchor, label, target.cx * across, target.cy * down, width, height))
            }
        }
        let offsets: [(Float, Float)] = [(0, 0), (0.5, 0), (0, 0.5), (-0.5, 0), (0, -0.5)]
        var matches: [Match] = []
        for (index, offset) in offsets.enumerated() {
            for pair in pairs {
                let isMatched: Bool
                switch index {
                case 0: isMatched = true
                case 1: isMatched = Self.isNear(pair.x)
                case 2: isMatched = Self.isNear(pair.y)
                case 3: isMatched = Self.isNear(across - pair.x)
                default: isMatched = Self.isNear(down - pair.y)
                }
                guard isMatched else { continue }
                let column = min(max(Int(clamping: pair.x - offset.0), 0), columns - 1)
                let row = min(max(Int(clamping: pair.y - offset.1), 0), rows - 1)
                matches.append(
                    Match(
                        label: pair.label, anchor: pair.anchor, column: column, row: row, x: pair.x - Float(column),
                        y: pair.y - Float(row), width: pair.width, height: pair.height))
            }
        }
        return matches
    }

    /// Whether the neighbouring cell on that side is matched as well.
    private static func isNear(_ position: Float) -> Bool {
        position - position.rounded(.down) < 0.5 && position > 1
    }

    /// How many matches each level has; nil where that depends on what is predicted, too.
    public func counts(_ targets: [LossTarget]) -> LossCounts? {
        guard assignment == .shape else { return nil }
        return LossCounts(anchors.indices.map { Double(matches(targets, level: $0).count) })
    }

    public func evaluate(outputs: [[Float]], targets: [LossTarget], wantsGradient: Bool) -> LossEvaluation {
        var pass = YOLOv5LossPass(labelCount: targets.count)
        var evaluation = LossEvaluation(
            parts: LossParts(objectness: 0), labels: [], counts: LossCounts([]), boxNumerators: [], classNumerators: [],
            outputGradients: [], isFinite: true)
        var matches = anchors.indices.map { self.matches(targets, level: $0) }
        if assignment == .optimalTransport {
            matches = OptimalTransport(loss: self, outputs: outputs, targets: targets).assigned(matches)
        }
        for (level, levelMatches) in matches.enumerated() {
            let result = evaluate(outputs[level], levelMatches, targets, level, wantsGradient, &pass)
            let count = Double(max(1, levelMatches.count))
            evaluation.parts.box += boxGain * result.box / count
            evaluation.parts.classification += classGain * result.classification / count
            evaluation.parts.objectness? += objectnessGain * balance[level] * result.objectness
            evaluation.boxNumerators.append(boxGain * result.box)
            evaluation.classNumerators.append(classGain * result.classification)
            evaluation.counts.values.append(Double(levelMatches.count))
            evaluation.outputGradients.append(result.gradient)
        }
        evaluation.labels = pass.labels()
        evaluation.isFinite = evaluation.parts.total.isFinite
        return evaluation
    }

    /// Sums over one level: Σ(1 − CIoU), Σ over matches of the mean class cross-entropy, mean objectness cross-entropy.
    private struct LevelResult {
        var box = 0.0
        var classification = 0.0
        var objectness = 0.0
        var gradient: [Float] = []
    }

    private func evaluate(
        _ output: [Float], _ matches: [Match], _ targets: [LossTarget], _ level: Int, _ wantsGradient: Bool,
        _ pass: inout YOLOv5LossPass
    ) -> LevelResult {
        let columns = input.w / strides[level]
        let plane = columns * (input.h / strides[level])
        let perAnchor = 5 + classCount
        precondition(output.count == anchors[level].count * perAnchor * plane)
        var result = LevelResult()
        if wantsGradient { result.gradient = Array(repeating: 0, count: output.count) }
        let count = Double(max(1, matches.count))
        let boxFactor = boxGain / count
        let classFactor = classGain / count / Double(classCount)
        var objectTargets = [Float](repeating: 0, count: anchors[level].count * plane)
        for match in matches {
            let cell = match.row * columns + match.column
            let first = match.anchor * perAnchor * plane + cell
            func logit(_ channel: Int) -> Double { Double(output[first + channel * plane]) }
            let anchor = anchors[level][match.anchor]
            let box = CentreBox(
                x: Dual.variable(logit(0), 0).logistic * 2 - 0.5, y: Dual.variable(logit(1), 1).logistic * 2 - 0.5,
                width: (Dual.variable(logit(2), 2).logistic * 2).squared * Double(anchor.width),
                height: (Dual.variable(logit(3), 3).logistic * 2).squared * Double(anchor.height))
            let iou = CompleteIoU.centreForm(
                box,
                CentreBox(
                    x: Double(match.x), y: Double(match.y), width: Double(match.width), height: Double(match.height)))
            result.box += 1 - iou.value
            objectTargets[match.anchor * plane + cell] = Float(max(0, iou.value))
            if wantsGradient {
                for channel in 0..<4 {
                    result.gradient[first + channel * plane] += Float(-iou.gradient[channel] * boxFactor)
                }
            }
            var crossEntropy = 0.0
            if classCount > 1 {
                for id in 0..<classCount {
                    let target = id == targets[match.label].classID ? 1.0 : 0.0
                    let weight = hyperparameters.classPositiveWeight
                    crossEntropy += Logistic.crossEntropy(logit(5 + id), target, positiveWeight: weight)
                    if wantsGradient {
                        let slope = Logistic.crossEntropySlope(logit(5 + id), target, positiveWeight: weight)
                        result.gradient[first + (5 + id) * plane] += Float(slope * classFactor)
                    }
                }
                result.classification += crossEntropy / Double(classCount)
            }
            pass.add(match, level: level, first: first, box: 1 - iou.value, classification: crossEntropy)
        }
        let factor = objectnessGain * balance[level] / Double(objectTargets.count)
        for (index, target) in objectTargets.enumerated() {
            let at = (index / plane * perAnchor + 4) * plane + index % plane
            let logit = Double(output[at])
            let weight = hyperparameters.objectnessPositiveWeight
            result.objectness += Logistic.crossEntropy(logit, Double(target), positiveWeight: weight)
            if wantsGradient {
                let slope = Logistic.crossEntropySlope(logit, Double(target), positiveWeight: weight)
                result.gradient[at] = Float(slope * factor)
            }
        }
        result.objectness /= Double(objectTargets.count)
        pass.finishLevel(level, output, objectTargets, result.gradient, plane: plane, classCount: classCount)
        return result
    }

    public func share(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> LossParts {
        var parts = evaluation.parts
        let factors = datasetCounts.values.map { Double(images) / max(1, $0) }
        parts.box = zip(evaluation.boxNumerators, factors).reduce(0) { $0 + $1.0 * $1.1 }
        parts.classification = zip(evaluation.classNumerators, factors).reduce(0) { $0 + $1.0 * $1.1 }
        return parts
    }

    public func intensity(of evaluation: LossEvaluation) -> LossParts {
        var parts = evaluation.parts
        let factor = Double(levels) / max(1, evaluation.counts.total)
        parts.box = evaluation.boxNumerators.reduce(0, +) * factor
        parts.classification = evaluation.classNumerators.reduce(0, +) * factor
        return parts
    }

    public func shareGradients(of evaluation: LossEvaluation, datasetCounts: LossCounts, images: Int) -> [[Float]] {
        evaluation.outputGradients.enumerated().map { level, gradient in
            let own = max(1, evaluation.counts.values[level])
            let factor = Float(own * Double(images) / max(1, datasetCounts.values[level]))
            let plane = gradient.count / (anchors[level].count * (5 + classCount))
            var scaled = gradient
            // Objectness is a mean over cells, hence the same on either denominator.
            for index in scaled.indices where index / plane % (5 + classCount) != 4 { scaled[index] *= factor }
            return scaled
        }
    }
}

/// Gathers what each label contributes.
struct YOLOv5LossPass {
    private struct Sums {
        var matches = 0
        var box = 0.0
        var objectness = 0.0
        var classification = 0.0
        var squaredBox = 0.0
        var squaredObjectness = 0.0
        var squaredClassification = 0.0
    }

    private var sums: [Sums]
    private var pending: [(label: Int, first: Int, anchor: Int, cell: Int)] = []

    init(labelCount: Int) { sums = Array(repeating: Sums(), count: labelCount) }

    mutating func add(
        _ match: YOLOv5Loss.Match, level: Int, first: Int, box: Double, classification: Double
    ) {
        sums[match.label].matches += 1
        sums[match.label].box += box
        sums[match.label].classification += classification
        pending.append((match.label, first, match.anchor, 0))
    }

    /// Objectness and gradients are known when all matches of a level are. A cell that two labels share counts for both.
    mutating func finishLevel(
        _ level: Int, _ output: [Float], _ objectTargets: [Float], _ gradient: [Float], plane: Int, classCount: Int
    ) {
        var seen: Set<[Int]> = []
        for match in pending {
            let at = match.first + 4 * plane
            let cell = match.first % plane
            sums[match.label].objectness += Logistic.crossEntropy(
                Double(output[at]), Double(objectTargets[match.anchor * plane + cell]))
            guard !gradient.isEmpty, seen.insert([match.label, match.first]).inserted else { continue }
            for channel in 0..<5 + classCount {
                let square =
                    Double(gradient[match.first + channel * plane]) * Double(gradient[match.first + channel * plane])
                switch channel {
                case 0..<4: sums[match.label].squaredBox += square
                case 4: sums[match.label].squaredObjectness += square
                default: sums[match.label].squaredClassification += square
                }
            }
        }
        pending = []
    }

    func labels() -> [LabelLoss] {
        sums.map { sum in
            let count = Double(max(1, sum.matches))
            return LabelLoss(
                matches: sum.matches, box: sum.box / count, objectness: sum.objectness / count,
                classification: sum.classification / count,
                gradientNorm: (sum.squaredBox + sum.squaredObjectness + sum.squaredClassification).squareRoot(),
                gradientNormBox: sum.squaredBox.squareRoot(),
                gradientNormObjectness: sum.squaredObjectness.squareRoot(),
                gradientNormClassification: sum.squaredClassification.squareRoot())
        }
    }
}
