import TextForms

/// Figures of curves for people: four digits that matter.
enum RunFigure {
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        let size = abs(value)
        return Figure.short(value, decimals: size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 4 : 7)
    }

    /// As percent, without the sign.
    static func percent(_ share: Double) -> String { Figure.short(share * 100, decimals: abs(share) < 0.1 ? 1 : 0) }
}
