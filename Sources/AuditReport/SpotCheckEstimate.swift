import AuditPlan
import FileReading

/// How many of the images of which nothing is suspected hold an error, from a random slice of them.
package struct SpotCheckEstimate {
    /// Images are drawn in the order of their digests.
    static func digest(image: String, seed: UInt64) -> String {
        ContentDigest.of(Array("\(seed) spot check \(image)".utf8)).hex
    }

    /// What a decision about the image of a digest is called.
    static func id(_ digest: String) -> String { String(digest.prefix(16)) }

    /// Images of which nothing is suspected that a person has looked at.
    package let looked: Int
    /// Of them, those in which something was wrong.
    package let wrong: Int

    /// Counts the decisions about images of which nothing is suspected.
    package init(_ decisions: [DecisionRow]) {
        let own = decisions.filter { $0.kind == .check && $0.decision != .unsure }
        looked = own.count
        wrong = own.count { $0.decision == .accept }
    }

    /// Wilson's interval at 95 %; nil before anything was looked at.
    package var interval: ClosedRange<Double>? {
        guard looked > 0 else { return nil }
        let (n, p, z) = (Double(looked), Double(wrong) / Double(looked), 1.959964)
        let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        return max(0, centre - half)...min(1, centre + half)
    }
}
