import AuditPlan
import FileReading
import Findings
import Foundation
import YOLODataset

/// Decisions as they arrive from the page, one by one: checked, then kept in the plan's ledger.
///
/// A value of one thread.
package struct DecisionStore {
    private let ledger: Ledger
    private let seed: UInt64
    private let classCount: Int
    private var subjects = DecisionSubjects()

    /// - Parameter seed: with which the page drew its spot checks.
    /// - Throws: `FileError` where the ledger or the dataset cannot be read.
    package init(_ plan: PlanFile, seed: UInt64) throws {
        ledger = try Ledger(plan.ledgerPath)
        self.seed = seed
        classCount = try Dataset.open(plan.settings.dataset).classCount
    }

    /// JSON: the decisions that wait to be applied, by id.
    package func waiting() throws -> String { try DecisionFile.json(of: ledger.decisions().filter { !$0.isApplied }) }

    /// Keeps one decision, or takes one back: an object without `decision`.
    ///
    /// - Throws: `FileError` where it is no decision of something that the ledger suspects.
    package mutating func take(_ body: [UInt8]) throws {
        struct Taken: Decodable {
            var id: String
            var decision: String?
        }
        guard let taken = try? JSONDecoder().decode(Taken.self, from: Data(body)) else {
            throw wrong("is no decision")
        }
        guard taken.decision != nil else { return try ledger.removeDecision(taken.id) }
        guard let decision = try? JSONDecoder().decode(DecisionFile.Decision.self, from: Data(body)) else {
            throw wrong("is no decision")
        }
        if let problem = DecisionCheck(classCount: classCount).problem(of: decision) {
            throw wrong("holds \(problem)")
        }
        if decision.kind == .check {
            let digest = SpotCheckEstimate.digest(image: decision.image, seed: seed)
            guard decision.id == SpotCheckEstimate.id(digest) else { throw wrong("decides what nobody suspects") }
        }
        // The ledger may have been computed anew since.
        if !subjects.know(decision) { subjects = try DecisionSubjects(ledger) }
        guard subjects.know(decision) else { throw wrong("decides what nobody suspects") }
        try ledger.addDecisions([decision.row(isApplied: false)])
    }

    private func wrong(_ message: String) -> FileError {
        FileError(file: "the request", message: message, wayOut: "load the page again")
    }
}
