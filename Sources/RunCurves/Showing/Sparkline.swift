import CheckedNumbers

/// A curve in one line of text.
public enum Sparkline {
    private static let bars = Array("▁▂▃▄▅▆▇█")

    /// - Parameters:
    ///   - width: characters at most; of a longer curve each stands for the median of some epochs.
    ///   - broken: drawn as `×` where a value is nan or infinite.
    public static func text(_ curve: Curve, width: Int = 40) -> String {
        let all = (curve.points.map { ($0.epoch, $0.value as Double?) } + curve.broken.map { ($0, nil) }).sorted {
            $0.0 < $1.0
        }
        guard !all.isEmpty, width > 0 else { return "" }
        let count = min(width, all.count)
        let cells = (0..<count).map { cell -> Double? in
            let from = cell * all.count / count
            let to = max(from + 1, (cell + 1) * all.count / count)
            let values = all[from..<to].map(\.1)
            return values.contains { $0 == nil } ? nil : Curve.median(values.compactMap { $0 })
        }
        // A wild epoch would flatten all others: what lies beyond is drawn at the top.
        let sorted = cells.compactMap { $0 }.sorted()
        guard let low = sorted.first, let top = sorted.last else { return String(repeating: "×", count: count) }
        let high = sorted.count >= 8 ? min(top, sorted[sorted.count * 9 / 10] * 1.5) : top
        return String(
            cells.map { value in
                guard let value else { return "×" }
                guard high > low else { return bars[3] }
                let share = (min(value, high) - low) / (high - low)
                return bars[max(0, min(bars.count - 1, Int(clamping: share * Double(bars.count))))]
            })
    }
}
