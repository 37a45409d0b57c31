import TextForms

/// Figures of the page: rounded, a dash where there is none.
enum ReportFigure {
    /// At most `decimals` decimals, without trailing zeros.
    static func number(_ value: Double?, decimals: Int = 3) -> String {
        guard let value, value.isFinite else { return Figure.none }
        return Figure.short(value, decimals: decimals)
    }

    /// A share as percent.
    static func percent(_ value: Double?, decimals: Int = 1) -> String {
        value.map { number($0 * 100, decimals: decimals) + " %" } ?? Figure.none
    }
}
