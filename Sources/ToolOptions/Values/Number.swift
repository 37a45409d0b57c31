import CheckedNumbers

/// The range of a `Number`.
public protocol NumberBounds: Sendable, Hashable {
    /// Both ends are allowed.
    static var range: ClosedRange<Double> { get }
}

/// A number within bounds.
public struct Number<Bounds: NumberBounds>: SettingValue, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// Within the bounds.
    public let value: Double

    public static var form: SettingForm { .number(Bounds.range) }

    public init(setting text: String) throws {
        guard let value = Double(text), Bounds.range.contains(value) else { throw Self.refusal(of: text) }
        self.value = value
    }

    public init(floatLiteral value: Double) {
        precondition(Bounds.range.contains(value), "a default outside its own range")
        self.value = value
    }

    public init(integerLiteral value: Int) { self.init(floatLiteral: Double(value)) }

    public var description: String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(clamping: value)) : String(value)
    }
}

/// From 0 to 1.
public enum UnitBounds: NumberBounds { public static let range = 0.0...1 }
/// A trainer's scale augmentation: 1 would shrink images to nothing.
public enum ScaleGainBounds: NumberBounds { public static let range = 0.0...0.99 }
/// A learning rate.
public enum RateBounds: NumberBounds { public static let range = 1e-9...10 }
/// A norm to which gradients are clipped.
public enum NormBounds: NumberBounds { public static let range = 0.0...1e9 }
/// A number of epochs, parts of one included.
public enum EpochBounds: NumberBounds { public static let range = 0.0...10_000 }

/// A probability, a part of a whole, or an IoU.
public typealias Fraction = Number<UnitBounds>
