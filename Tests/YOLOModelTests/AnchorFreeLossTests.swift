import Foundation
import NeuralKernels
import Randomness
import Testing
import YOLOModel

/// The anchor-free loss against numeric differentiation.
@Suite struct AnchorFreeLossTests {
    private let strides = [8, 16, 32]
    private let size = 64
    private let targets = [
        LossTarget(classID: 0, cx: 0.4, cy: 0.55, width: 0.5, height: 0.3),
        LossTarget(classID: 2, cx: 0.7, cy: 0.3, width: 0.25, height: 0.4),
    ]

    private func random(_ seed: UInt64) -> [[Float]] {
        strides.flatMap { stride -> [[Float]] in
            let cells = (size / stride) * (size / stride)
            return [64, 3].enumerated().map { part, channels in
                (0..<channels * cells).map {
                    2 * CounterBasedNumber.symmetricUnit(seed: seed &+ UInt64(stride * 2 + part), counter: UInt64($0))
                }
            }
        }
    }

    private func loss(box: Double, classification: Double, distribution: Double) -> YOLOv8Loss {
        var gains = YOLOv8Hyperparameters()
        (gains.box, gains.classification, gains.distribution) = (box, classification, distribution)
        return YOLOv8Loss(
            classCount: 3, strides: strides, input: TensorShape(c: 3, h: size, w: size), hyperparameters: gains)
    }

    /// Classes and distributions: every logit with a slope worth the name.
    @Test(arguments: [(0.5, 0), (0, 1.5)], [UInt64(1), 9])
    func slopesAreDerivatives(gains: (Double, Double), seed: UInt64) {
        let loss = loss(box: 0, classification: gains.0, distribution: gains.1)
        let outputs = random(seed)
        let slopes = loss.evaluate(outputs: outputs, targets: targets, wantsGradient: true).outputGradients
        var checked = 0
        for (level, slope) in slopes.enumerated() {
            let largest = slope.map(abs).max() ?? 0
            // A level without matches has nothing but rounding.
            guard largest > 1e-6 else { continue }
            for at in stride(from: 0, to: slope.count, by: 7) where abs(slope[at]) > largest / 50 {
                let numeric = loss.numericSlope(outputs, targets, at: (level, at), step: 3e-2)
                #expect(abs(numeric - Double(slope[at])) < 3e-3 * max(abs(numeric), Double(largest) / 10))
                checked += 1
            }
        }
        #expect(checked > 10)
    }

    /// Boxes: at a matched cell the slopes of the 64 logits go where those of CIoU go, written down once more here, with
    /// the weight α held still as the loss holds it.
    @Test(arguments: [UInt64(1), 9])
    func boxSlopesFollowCIoU(seed: UInt64) {
        let outputs = random(seed)
        let slopes = loss(box: 7.5, classification: 0, distribution: 0)
            .evaluate(outputs: outputs, targets: targets, wantsGradient: true).outputGradients
        var checked = 0
        for (level, stride) in strides.enumerated() {
            let (side, slope, logits) = (size / stride, slopes[2 * level], outputs[2 * level])
            let cells = side * side
            for cell in 0..<cells {
                let own = (0..<64).map { Double(slope[$0 * cells + cell]) }
                guard own.contains(where: { abs($0) > 1e-6 }) else { continue }
                let start = (0..<64).map { Double(logits[$0 * cells + cell]) }
                let point = (Double(cell % side) + 0.5, Double(cell / side) + 0.5)
                let best =
                    targets.map { target -> Double in
                        let box = [
                            Double(target.cx - target.width / 2), Double(target.cy - target.height / 2),
                            Double(target.cx + target.width / 2), Double(target.cy + target.height / 2),
                        ].map { $0 * Double(side) }
                        let weight = Self.ciou(Self.decode(start, point), box, weight: nil).weight
                        let numeric = start.indices.map { index -> Double in
                            func value(_ step: Double) -> Double {
                                var moved = start
                                moved[index] += step
                                return 1 - Self.ciou(Self.decode(moved, point), box, weight: weight).value
                            }
                            return (value(1e-5) - value(-1e-5)) / 2e-5
                        }
                        let dot = zip(numeric, own).reduce(0) { $0 + $1.0 * $1.1 }
                        let lengths = numeric.reduce(0) { $0 + $1 * $1 } * own.reduce(0) { $0 + $1 * $1 }
                        return dot / max(lengths.squareRoot(), 1e-300)
                    }.max() ?? 0
                #expect(best > 1 - 1e-5, "cosine \(best)")
                checked += 1
            }
        }
        #expect(checked >= 10)
    }

    private static func decode(_ logits: [Double], _ point: (Double, Double)) -> [Double] {
        let sides = (0..<4).map { side -> Double in
            let weights = (0..<16).map { exp(logits[side * 16 + $0]) }
            return weights.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } / weights.reduce(0, +)
        }
        return [point.0 - sides[0], point.1 - sides[1], point.0 + sides[2], point.1 + sides[3]]
    }

    private static func ciou(_ a: [Double], _ b: [Double], weight: Double?) -> (value: Double, weight: Double) {
        let epsilon = 1e-7
        let (w1, h1, w2, h2) = (a[2] - a[0], a[3] - a[1] + epsilon, b[2] - b[0], b[3] - b[1] + epsilon)
        let shared = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
        let iou = shared / (w1 * h1 + w2 * h2 - shared + epsilon)
        let (across, down) = (max(a[2], b[2]) - min(a[0], b[0]), max(a[3], b[3]) - min(a[1], b[1]))
        let diagonal = across * across + down * down + epsilon
        let (dx, dy) = (b[0] + b[2] - a[0] - a[2], b[1] + b[3] - a[1] - a[3])
        let turn = atan(w2 / h2) - atan(w1 / h1)
        let v = 4 / (Double.pi * Double.pi) * turn * turn
        let alpha = weight ?? v / (v - iou + 1 + epsilon)
        return (iou - (dx * dx + dy * dy) / 4 / diagonal - alpha * v, alpha)
    }
}
