import CheckedNumbers

/// Numbers in label rows: decimal digits without an exponent, which some trainers' readers do not know.
public enum RowNumber {
    /// Where a value is halfway between two texts, as fractions of image sides often are: 3/1920 is 0.0015625.
    public enum Halves: Sendable {
        /// By the exact value of the number, as `printf` rounds; where that is halfway itself, to an even digit.
        case exact
        /// Up where the number times a power of ten is halfway in double precision.
        case up
    }

    /// - Parameters:
    ///   - value: below zero counts as zero; at most 9 × 10⁹, as every fraction of an image is.
    ///   - decimals: to which it is rounded; at most 9.
    ///   - padded: with trailing zeros; otherwise without them, but for one after the point.
    public static func text(_ value: Double, decimals: Int, padded: Bool = false, halves: Halves = .up) -> String {
        var unit = 1
        for _ in 0..<decimals { unit *= 10 }
        let scaled = Int(clamping: rounded(max(0, min(value, 9e9)), unit: Double(unit), halves))
        let fraction = String(scaled % unit)
        var digits = String(repeating: "0", count: decimals - fraction.count) + fraction
        if !padded { while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() } }
        return "\(scaled / unit).\(digits)"
    }

    private static func rounded(_ value: Double, unit: Double, _ halves: Halves) -> Double {
        let product = value * unit
        guard halves == .exact, product - product.rounded(.down) == 0.5 else { return product.rounded() }
        // What the product lost says on which side of the half it is.
        let lost = (-product).addingProduct(value, unit)
        return product.rounded(lost > 0 ? .up : lost < 0 ? .down : .toNearestOrEven)
    }

    /// The same text where it says the number to half of its last decimal; nil for what is not finite, below zero or beyond
    /// 9 × 10⁹.
    public static func exact(_ value: Double, decimals: Int, padded: Bool = false, halves: Halves = .up) -> String? {
        var unit = 1.0
        for _ in 0..<decimals { unit *= 10 }
        guard value * unit >= -0.5, value <= 9e9 else { return nil }
        return text(value, decimals: decimals, padded: padded, halves: halves)
    }
}
