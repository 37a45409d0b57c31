import CheckedNumbers
import Foundation

/// Numbers for programs: they read back exactly.
public enum ExactNumber {
    /// The shortest decimals that give the same number again; whole numbers below 10¹⁵ without a point. What is not finite
    /// is `nan`, `inf` or `-inf`.
    public static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(clamping: value)) : "\(value)"
    }
}

/// Numbers for people: rounded, never dependent on the locale.
public enum Figure {
    /// Stands for a figure that there is none of.
    public static let none = "–"

    /// At most `decimals` decimals, and at least one: `0.25`, `3.0`.
    public static func text(_ value: Double, decimals: Int) -> String { "\(rounded(value, decimals: decimals))" }

    /// At most `decimals` decimals, and no point where there are none: `0.25`, `3`.
    public static func short(_ value: Double, decimals: Int = 6) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        return ExactNumber.text(rounded(value, decimals: decimals))
    }

    /// A share as percent with one decimal, without the sign: `12.5` of 0.125.
    public static func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10)" }

    /// `value` to a number of decimals, halves away from zero.
    public static func rounded(_ value: Double, decimals: Int) -> Double {
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        return (value * factor).rounded() / factor
    }
}

/// A number with a fixed number of decimals, as `printf` rounds it: exactly, halves to even.
public struct FixedNumber: JSONWritable, CSVField, Sendable {
    /// What is written: `0.50` of 0.5 with two decimals.
    public let text: String
    private let isFinite: Bool

    /// - Parameter decimals: written always, trailing zeros included.
    public init(_ value: Double, decimals: Int) {
        text = String(format: "%.\(decimals)f", value)
        isFinite = value.isFinite
    }

    /// Null where it is not finite.
    public func write(to json: inout JSONWriter) { json.write(fragment: isFinite ? text : "null") }

    /// Empty where it is not finite.
    public func write(to csv: inout CSVWriter) { if isFinite { csv.write(number: text) } }
}
