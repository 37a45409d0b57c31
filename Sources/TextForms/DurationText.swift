import CheckedNumbers

/// A stretch of time in words.
public enum DurationText {
    /// `45 s`, `3 min 20 s`, `1 h 12 min`, `2 days 3 h`
    public static func text(_ seconds: Double) -> String {
        let whole = Int(clamping: max(0, seconds.isFinite ? seconds : 0).rounded())
        func both(_ large: String, _ small: Int, _ unit: String) -> String {
            small == 0 ? large : "\(large) \(small) \(unit)"
        }
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3_600: return both("\(whole / 60) min", whole < 600 ? whole % 60 : 0, "s")
        case ..<86_400: return both("\(whole / 3_600) h", whole % 3_600 / 60, "min")
        default: return both(Counted.text(whole / 86_400, "day"), whole % 86_400 / 3_600, "h")
        }
    }
}
