import Foundation

/// Probabilities of suspicions in the light of what people decided: logit p′ = a·logit p + b + b_kind.
///
/// Every parameter is drawn to where nothing changes (a = 1, b = b_kind = 0) by a normal prior, so that few decisions move
/// little. Probabilities are learned from planted errors, which are not quite like those that people make: the prior's
/// spreads say how far that can be off, and with them `range` says between which bounds a probability lies before, and
/// after, somebody has decided. calibration.js of the report computes the same.
public struct ProbabilityCalibration: Sendable, Hashable {
    /// A suspicion that somebody has judged.
    public struct Decided: Sendable, Hashable {
        /// As it was before the decision.
        public var probability: Double
        /// What was suspected.
        public var kind: SuspicionKind
        /// Whether it was accepted.
        public var isWrong: Bool

        /// The properties of the same names.
        public init(probability: Double, kind: SuspicionKind, isWrong: Bool) {
            self.probability = probability
            self.kind = kind
            self.isWrong = isWrong
        }
    }

    /// The prior's standard deviations: of a, of b, and of each b_kind.
    public static let spreads = (slope: 0.5, shift: 1.0, kind: 2.0)
    /// Logits beyond this say nothing more.
    private static let farthest = 8.0
    /// Half of a normal's 90 %.
    private static let reach = 1.6449

    private static let kinds = SuspicionKind.allCases
    /// a − 1, b, and b_kind in the order of the kinds.
    private var parameters: [Double]
    /// Of the parameters, as the posterior's curvature has it.
    private var covariance: [[Double]]

    /// As nobody has decided anything.
    public init() { self.init([]) }

    /// The mode of the posterior, by Newton's method: the loss is convex, and the same decisions give the same bits.
    public init(_ decided: [Decided]) {
        let prior = [Self.spreads.slope, Self.spreads.shift] + Self.kinds.map { _ in Self.spreads.kind }
        let size = prior.count
        var mode = [Double](repeating: 0, count: size)
        var factor: [[Double]] = []
        for _ in 0..<Self.steps {
            var precision = (0..<size).map { row in
                (0..<size).map { $0 == row ? 1 / (prior[row] * prior[row]) : 0 }
            }
            var slope = zip(mode, prior).map { -$0 / ($1 * $1) }
            for it in decided {
                let x = Self.place(it.probability, it.kind)
                let p = Self.sigmoid(x.reduce(x[0].value) { $0 + mode[$1.index] * $1.value })
                for (row, value) in x {
                    slope[row] += ((it.isWrong ? 1 : 0) - p) * value
                    for (column, other) in x { precision[row][column] += p * (1 - p) * value * other }
                }
            }
            factor = Self.cholesky(precision)
            let step = Self.solved(factor, slope)
            // A step that is too long for the curvature is cut: far from the mode the logistic is flat.
            let longest = step.map(abs).max() ?? 0
            for index in mode.indices { mode[index] += step[index] * min(1, 1 / max(longest, 1e-12)) }
            if longest < 1e-9 { break }
        }
        parameters = mode
        covariance = (0..<size).map { row in Self.solved(factor, (0..<size).map { $0 == row ? 1 : 0 }) }
    }

    private static let steps = 60

    /// What a probability is by now.
    public func probability(_ p: Double, _ kind: SuspicionKind) -> Double { Self.sigmoid(logit(p, kind)) }

    /// The bounds between which it lies in nine of ten cases.
    public func range(_ p: Double, _ kind: SuspicionKind) -> ClosedRange<Double> {
        let (middle, half) = (logit(p, kind), Self.reach * variance(p, kind).squareRoot())
        return Self.sigmoid(middle - half)...Self.sigmoid(middle + half)
    }

    /// How much a decision is worth: an error that it finds, by its probability, and what it says about the others, as the
    /// logarithm of one plus what the logistic's information would add to what is known.
    public func worth(_ p: Double, _ kind: SuspicionKind) -> Double {
        let now = probability(p, kind)
        return now + log(1 + now * (1 - now) * variance(p, kind))
    }

    /// Of the logit.
    private func variance(_ p: Double, _ kind: SuspicionKind) -> Double {
        let x = Self.place(p, kind)
        let sum = x.reduce(0) { sum, a in x.reduce(sum) { $0 + a.value * $1.value * covariance[a.index][$1.index] } }
        return max(0, sum)
    }

    private func logit(_ p: Double, _ kind: SuspicionKind) -> Double {
        Self.place(p, kind).reduce(Self.plainLogit(p)) { $0 + parameters[$1.index] * $1.value }
    }

    /// What the parameters are multiplied by, where that is not 0.
    private static func place(_ p: Double, _ kind: SuspicionKind) -> [(index: Int, value: Double)] {
        [(0, plainLogit(p)), (1, 1)] + (kinds.firstIndex(of: kind).map { [(2 + $0, 1)] } ?? [])
    }

    private static func plainLogit(_ p: Double) -> Double {
        min(max(log(max(p, 1e-300) / max(1 - p, 1e-300)), -farthest), farthest)
    }

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    /// Of a matrix that is positive definite, as a prior makes it.
    private static func cholesky(_ matrix: [[Double]]) -> [[Double]] {
        var lower = matrix.map { row in row.map { _ in 0.0 } }
        for row in matrix.indices {
            for column in 0...row {
                let rest = (0..<column).reduce(matrix[row][column]) { $0 - lower[row][$1] * lower[column][$1] }
                lower[row][column] = row == column ? max(rest, 1e-12).squareRoot() : rest / lower[column][column]
            }
        }
        return lower
    }

    /// x of L·Lᵀ·x = b.
    private static func solved(_ lower: [[Double]], _ b: [Double]) -> [Double] {
        var x = b
        for row in b.indices {
            x[row] = (0..<row).reduce(x[row]) { $0 - lower[row][$1] * x[$1] } / lower[row][row]
        }
        for row in b.indices.reversed() {
            x[row] = (row + 1..<b.count).reduce(x[row]) { $0 - lower[$1][row] * x[$1] } / lower[row][row]
        }
        return x
    }
}

extension ProbabilityCalibration {
    /// How many of some suspicions are right, with bounds for nine cases in ten.
    public struct Count: Sendable, Hashable {
        /// The sum of the probabilities.
        public var mean = 0.0
        /// The lower bound.
        public var low = 0.0
        /// The upper bound.
        public var high = 0.0

        /// None.
        public init() {}

        /// Figure by figure.
        public init(mean: Double, low: Double, high: Double) { (self.mean, self.low, self.high) = (mean, low, high) }

        /// Figure by figure.
        public mutating func add(_ other: Count) {
            mean += other.mean
            low += other.low
            high += other.high
        }
    }

    /// What is off for one is off for all of a kind: bounds add up.
    public func count(_ suspicions: some Sequence<(probability: Double, kind: SuspicionKind)>) -> Count {
        var count = Count()
        for (p, kind) in suspicions {
            let range = range(p, kind)
            count.mean += probability(p, kind)
            count.low += range.lowerBound
            count.high += range.upperBound
        }
        return count
    }
}
