import Findings
import TextForms
import ToolOptions

/// Whether suspicions make the exit status 1, and what is said of it.
public struct SuspicionGate: Sendable, Hashable {
    /// From this probability on a suspicion counts; nil where none does.
    private let least: Fraction?
    /// How many do; nil where nothing has judged the labels.
    private let count: Int?

    /// Of what a ranking has found, without a plan: nobody has decided anything.
    public init(_ probabilities: some Sequence<Double>, from least: Fraction?) {
        self.least = least
        count = least.map { least in probabilities.count { $0 >= least.value } } ?? 0
    }

    /// Of a plan's ledger. What a person has rejected does not count, nor what is corrected already.
    ///
    /// - Throws: `FileError` where the ledger cannot be read.
    public init(_ plan: PlanFile, from least: Fraction?) throws {
        self.least = least
        guard let least else {
            count = 0
            return
        }
        guard plan.results[.toxic]?.status == .done else {
            count = nil
            return
        }
        let ledger = try Ledger(plan.ledgerPath)
        let settled = Set(try ledger.decisions().filter { $0.decision == .reject || $0.isApplied }.map(\.id))
        count = try ledger.suspicions().count { $0.score >= least.value && !settled.contains($0.id) }
    }

    /// Whether the exit status is 1 for them. Where nothing has judged the labels nobody can say that none is wrong.
    public var hasFindings: Bool { reason != nil }

    /// `3 suspicions of 0.9 or more`, as a reason of the exit status 1; nil where there is none.
    public var reason: String? {
        guard let least else { return nil }
        guard let count else { return "nothing has judged the labels, so that no suspicion of \(least) can be told" }
        return count > 0 ? "\(Counted.text(count, "suspicion")) of \(least) or more" : nil
    }

    /// The last line of what is printed; empty where nothing was asked for.
    public var line: TerminalText {
        guard let least else { return "" }
        return reason.map { "exit status 1: \($0)\n" } ?? "exit status 0: no suspicion of \(least) or more\n"
    }
}
