import Foundation

/// A number with its derivatives by four inputs (forward-mode differentiation), double precision.
///
/// Losses on matched cells are written once, in the form of the formula; their gradient comes along.
struct Dual {
    var value: Double
    var gradient: SIMD4<Double>

    init(_ value: Double, _ gradient: SIMD4<Double> = .zero) {
        self.value = value
        self.gradient = gradient
    }

    /// The input with the given index.
    static func variable(_ value: Double, _ index: Int) -> Dual {
        var gradient = SIMD4<Double>.zero
        gradient[index] = 1
        return Dual(value, gradient)
    }

    static func + (a: Dual, b: Dual) -> Dual { Dual(a.value + b.value, a.gradient + b.gradient) }
    static func - (a: Dual, b: Dual) -> Dual { Dual(a.value - b.value, a.gradient - b.gradient) }
    static func * (a: Dual, b: Dual) -> Dual {
        Dual(a.value * b.value, a.gradient * b.value + b.gradient * a.value)
    }
    static func / (a: Dual, b: Dual) -> Dual {
        let quotient = a.value / b.value
        return Dual(quotient, (a.gradient - b.gradient * quotient) / b.value)
    }
    static func + (a: Dual, b: Double) -> Dual { Dual(a.value + b, a.gradient) }
    static func - (a: Dual, b: Double) -> Dual { Dual(a.value - b, a.gradient) }
    static func * (a: Dual, b: Double) -> Dual { Dual(a.value * b, a.gradient * b) }

    static func min(_ a: Dual, _ b: Dual) -> Dual { a.value <= b.value ? a : b }
    static func max(_ a: Dual, _ b: Dual) -> Dual { a.value >= b.value ? a : b }
    /// Never below zero.
    var clampedAtZero: Dual { value > 0 ? self : Dual(0) }
    var arctangent: Dual { Dual(atan(value), gradient / (1 + value * value)) }
    /// 1/(1 + e^−x)
    var logistic: Dual {
        let s = Logistic.sigmoid(value)
        return Dual(s, gradient * (s * (1 - s)))
    }
    var squared: Dual { self * self }
    /// The value without its dependence on the inputs.
    var detached: Dual { Dual(value) }
}

/// The logistic function and its cross-entropy.
enum Logistic {
    static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    /// Binary cross-entropy of a logit: max(x, 0) − x·t + log(1 + e^−|x|).
    static func crossEntropy(_ logit: Double, _ target: Double) -> Double {
        Swift.max(logit, 0) - logit * target + log1p(exp(-abs(logit)))
    }

    /// The same with the target's part weighted: −(w·t·log σ + (1 − t)·log(1 − σ)).
    static func crossEntropy(_ logit: Double, _ target: Double, positiveWeight: Double) -> Double {
        guard positiveWeight != 1 else { return crossEntropy(logit, target) }
        let softplus = log1p(exp(-abs(logit))) + Swift.max(-logit, 0)
        return (1 - target) * logit + (1 + (positiveWeight - 1) * target) * softplus
    }

    /// Its derivative by the logit.
    static func crossEntropySlope(_ logit: Double, _ target: Double, positiveWeight: Double) -> Double {
        let s = sigmoid(logit)
        return s - target - (positiveWeight - 1) * target * (1 - s)
    }
}

/// A box by its centre and size.
struct CentreBox<Number> {
    var x: Number
    var y: Number
    var width: Number
    var height: Number
}

/// Complete IoU: IoU − ρ²/c² − α·v, with v = 4/π²·(atan(w₂/h₂) − atan(w₁/h₁))² and α = v/(v − IoU + 1 + ε), which is
/// not differentiated (Zheng et al., 2020).
enum CompleteIoU {
    static let epsilon = 1e-7

    /// YOLOv5's form: ε in the union and in c² only.
    static func centreForm(_ a: CentreBox<Dual>, _ b: CentreBox<Double>) -> Dual {
        let left = a.x - a.width * 0.5
        let right = a.x + a.width * 0.5
        let top = a.y - a.height * 0.5
        let bottom = a.y + a.height * 0.5
        let (otherLeft, otherRight) = (Dual(b.x - b.width / 2), Dual(b.x + b.width / 2))
        let (otherTop, otherBottom) = (Dual(b.y - b.height / 2), Dual(b.y + b.height / 2))
        let overlapWidth = (Dual.min(right, otherRight) - Dual.max(left, otherLeft)).clampedAtZero
        let overlapHeight = (Dual.min(bottom, otherBottom) - Dual.max(top, otherTop)).clampedAtZero
        let overlap = overlapWidth * overlapHeight
        let union = a.width * a.height + b.width * b.height - overlap + epsilon
        let iou = overlap / union
        let wide = Dual.max(right, otherRight) - Dual.min(left, otherLeft)
        let high = Dual.max(bottom, otherBottom) - Dual.min(top, otherTop)
        let diagonal = wide.squared + high.squared + epsilon
        let distance = (a.x - b.x).squared + (a.y - b.y).squared
        let angle = Dual(atan(b.width / b.height)) - (a.width / a.height).arctangent
        let v = angle.squared * (4 / (Double.pi * Double.pi))
        let alpha = v.value / (v.value - iou.value + 1 + epsilon)
        return iou - distance / diagonal - v * alpha
    }

    /// The v8 family's form, of boxes by their corners: ε in the heights as well, in the union and in c².
    static func cornerForm(_ a: CornerBox<Dual>, _ b: CornerBox<Double>) -> Dual {
        let (left, top, right, bottom) = (Dual(b.left), Dual(b.top), Dual(b.right), Dual(b.bottom))
        let width = a.right - a.left
        let height = a.bottom - a.top + epsilon
        let otherWidth = b.right - b.left
        let otherHeight = b.bottom - b.top + epsilon
        let overlapWidth = (Dual.min(a.right, right) - Dual.max(a.left, left)).clampedAtZero
        let overlapHeight = (Dual.min(a.bottom, bottom) - Dual.max(a.top, top)).clampedAtZero
        let overlap = overlapWidth * overlapHeight
        let union = width * height + otherWidth * otherHeight - overlap + epsilon
        let iou = overlap / union
        let wide = Dual.max(a.right, right) - Dual.min(a.left, left)
        let high = Dual.max(a.bottom, bottom) - Dual.min(a.top, top)
        let diagonal = wide.squared + high.squared + epsilon
        let distance =
            ((a.left + a.right) - (b.left + b.right)).squared + ((a.top + a.bottom) - (b.top + b.bottom)).squared
        let angle = Dual(atan(otherWidth / otherHeight)) - (width / height).arctangent
        let v = angle.squared * (4 / (Double.pi * Double.pi))
        let alpha = v.value / (v.value - iou.value + 1 + epsilon)
        return iou - distance * 0.25 / diagonal - v * alpha
    }
}

/// A box by its corners.
struct CornerBox<Number> {
    var left: Number
    var top: Number
    var right: Number
    var bottom: Number
}
