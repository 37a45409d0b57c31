import AuditPlan
import Findings

/// Probabilities in the light of what was decided.
package enum Recalibration {
    /// What decisions say of a ledger's suspicions; those that are unsure, and those of which the suspicion is gone, say
    /// nothing.
    package static func calibration(
        _ suspicions: [SuspicionRow], _ decisions: [DecisionRow]
    ) -> ProbabilityCalibration {
        let known = Dictionary(suspicions.map { ($0.id, $0) }) { first, _ in first }
        return ProbabilityCalibration(
            decisions.filter(\.saysOfProbabilities).compactMap { decision in
                known[decision.id].map {
                    .init(probability: $0.score, kind: $0.kind, isWrong: decision.decision == .accept)
                }
            })
    }

    /// The suspicions with their probabilities as they are by now, in the same order.
    package static func recalibrated(_ suspicions: [SuspicionRow], _ decisions: [DecisionRow]) -> [SuspicionRow] {
        guard decisions.contains(where: \.saysOfProbabilities) else { return suspicions }
        let calibration = calibration(suspicions, decisions)
        return suspicions.map { row in
            var row = row
            row.score = calibration.probability(row.score, row.kind)
            return row
        }
    }
}

extension DecisionRow {
    /// Whether it says something about probabilities: an unsure one does not, nor one about a sample.
    var saysOfProbabilities: Bool { decision != .unsure && kind != .check }
}
