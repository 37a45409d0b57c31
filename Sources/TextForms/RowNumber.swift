/// Numbers in label rows: decimal digits without an exponent, which some trainers' readers do not know.
public enum RowNumber {
    /// - Parameters:
    ///   - value: below zero counts as zero; at most 9 × 10⁹, as every fraction of an image is.
    ///   - decimals: to which it is rounded, halves up; at most 9.
    ///   - padded: with trailing zeros; otherwise without them, but for one after the point.
    public static func text(_ value: Double, decimals: Int, padded: Bool = false) -> String {
        var unit = 1
        for _ in 0..<decimals { unit *= 10 }
        let places = (max(0, min(value, 9e9)) * Double(unit)).rounded()
        let scaled = Int(places)
        let fraction = String(scaled % unit)
        var digits = String(repeating: "0", count: decimals - fraction.count) + fraction
        if !padded { while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() } }
        return "\(scaled / unit).\(digits)"
    }

    /// A class id: without a point where it is whole.
    public static func classID(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
    }
}
