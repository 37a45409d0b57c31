import AuditPlan
import Findings

/// Probabilities in the light of what was decided.
package enum Recalibration {
    /// Odds are multiplied, kind by kind, by what was accepted against what was expected among the decided ones; with
    /// few decisions the factor stays near 1.
    package static func factors(
        _ suspicions: [SuspicionRow], _ decisions: [DecisionRow]
    ) -> [SuspicionKind: Double] {
        let known = Dictionary(suspicions.map { ($0.id, $0) }) { first, _ in first }
        var factors: [SuspicionKind: Double] = [:]
        for (kind, members) in Dictionary(grouping: decisions.filter { $0.decision != .unsure }, by: \.kind) {
            let judged = members.compactMap { decision in known[decision.id].map { (decision, $0.score) } }
            guard !judged.isEmpty else { continue }
            let expected = judged.reduce(0) { $0 + $1.1 }
            let accepted = Double(judged.count { $0.0.decision == .accept })
            let rest = Double(judged.count)
            // Ten decisions' worth of belief in the probabilities as they are.
            let weight = 10 / max(expected, rest - expected, 1e-9)
            factors[kind] =
                ((accepted + weight * expected) / (rest - accepted + weight * (rest - expected)))
                / (max(expected, 1e-9) / max(rest - expected, 1e-9))
        }
        return factors
    }

    /// A probability with its odds multiplied by a factor.
    package static func probability(_ p: Double, factor: Double) -> Double {
        let odds = p / max(1 - p, 1e-9) * factor
        return odds / (1 + odds)
    }
}
