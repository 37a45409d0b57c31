import CheckedNumbers

/// The sizes at which training shows a box: factors, all of the same weight.
///
/// Fitness and recall are means over the factors.
public struct SizeVariation: Hashable, Sendable {
    /// Of the training size; positive.
    public let factors: [Double]

    /// Training at one size without scale augmentation.
    public static let none = SizeVariation(factors: [1])

    /// Multi-scale training: every multiple of `stride` from `low` to `high` times the image's size.
    public static func scales(_ range: ClosedRange<Double>, imageSize: Int, stride: Int) -> SizeVariation {
        let size = Double(imageSize)
        let low = Int(clamping: (range.lowerBound * size / Double(stride)).rounded(.up))
        let high = Int(clamping: (range.upperBound * size / Double(stride)).rounded(.down))
        guard low >= 1, low <= high else { return .none }
        // More factors than this change no figure, and cost time.
        let most = 64
        let every = max(1, (high - low + most) / most)
        return SizeVariation(
            factors: Swift.stride(from: low, through: high, by: every).map { Double($0 * stride) / size })
    }

    /// Scale augmentation as YOLOv5's `scale` hyperparameter: a factor drawn evenly from 1 − gain to 1 + gain, here its
    /// 16 sixteenths, each by its middle.
    public static func augmentation(gain: Double) -> SizeVariation {
        guard gain > 0 else { return .none }
        let parts = 16
        return SizeVariation(
            factors: (0..<parts).map { 1 + gain * ((2 * Double($0) + 1) / Double(parts) - 1) })
    }

    /// Both at once.
    public func times(_ other: SizeVariation) -> SizeVariation {
        SizeVariation(factors: factors.flatMap { own in other.factors.map { own * $0 } })
    }

    /// Reads `0.5..1.5`.
    public static func range(parsing text: String) -> ClosedRange<Double>? {
        guard let dots = text.range(of: ".."), let low = Double(text[..<dots.lowerBound]),
            let high = Double(text[dots.upperBound...]), low.isFinite, high.isFinite, low >= 0.05, low <= high,
            high <= 20
        else { return nil }
        return low...high
    }
}
