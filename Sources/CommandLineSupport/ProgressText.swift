import CheckedNumbers
import TextForms

/// What is said of work that is under way.
package enum ProgressText {
    /// Before so many seconds nothing is said of the time that is left.
    private static let leastSeconds = 2.0
    /// Nor before this part is done.
    private static let leastShare = 0.01

    /// `assay-toxic: 120 of 292 images, 31 s, about 45 s left`
    ///
    /// - Parameters:
    ///   - unit: what is counted, one of it.
    ///   - seconds: since the work began.
    package static func line(_ label: String, unit: String, done: Int, of total: Int, seconds: Double) -> String {
        let counted = "\(Counted.number(done)) of \(Counted.text(total, unit))"
        let start = "\(label): \(counted), \(duration(seconds))"
        guard done < total else { return start + ", finishing" }
        let share = total > 0 ? Double(done) / Double(total) : 0
        guard seconds >= leastSeconds, share >= leastShare, share.isFinite else { return start }
        return start + ", about \(duration(seconds * (1 - share) / share)) left"
    }

    /// `45 s`, `3 min 20 s`, `1 h 12 min`, `2 days 3 h`
    package static func duration(_ seconds: Double) -> String { DurationText.text(seconds) }
}
