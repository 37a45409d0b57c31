import FileReading
import TextForms

/// A limit of a rule that a person may set. It stands beside the code of the rule, and nowhere else: names, ranges and
/// help of the plan, the command line and the documents come from `RuleRegistry.thresholds`.
public struct RuleThreshold: Sendable, Hashable {
    /// As it is written in a plan: `min_side`.
    public let name: String
    /// What holds where the person sets nothing; within `range`.
    public let `default`: Double
    /// What a person may set.
    public let range: ClosedRange<Double>
    /// What the number counts: `pixels`, `bytes`, `bits`; empty for a ratio.
    public let unit: String
    /// In one sentence, what the rule does with it.
    public let help: String
    /// The rules that it belongs to, in the order of their codes; empty until the registry gathers them.
    public internal(set) var codes: [String] = []

    /// - Precondition: `default` lies within `range`.
    public init(name: String, default: Double, range: ClosedRange<Double>, unit: String = "", help: String) {
        precondition(range.contains(`default`), "the default of a threshold lies outside its range")
        self.name = name
        self.default = `default`
        self.range = range
        self.unit = unit
        self.help = help
    }

    /// `0 to 1000`, for messages.
    public var rangeText: String { "\(Figure.short(range.lowerBound)) to \(Figure.short(range.upperBound))" }
}

/// Why a threshold cannot be set.
public enum ThresholdError: UserFacingError, Hashable {
    /// No rule has a threshold of this name.
    case unknown(name: String)
    /// The value lies outside what the threshold may be, or is no number.
    case outOfRange(RuleThreshold, value: Double)

    /// What is wrong, and what may be written instead.
    public var description: String {
        switch self {
        case .unknown(let name):
            "there is no threshold “\(name)”; use one of "
                + RuleRegistry.thresholds.map(\.name).sorted().joined(separator: ", ")
        case .outOfRange(let threshold, let value):
            "\(threshold.name) cannot be \(Figure.short(value)); write a number from \(threshold.rangeText)"
        }
    }
}
