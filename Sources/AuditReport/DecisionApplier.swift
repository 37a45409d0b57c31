import AuditPlan
import FileReading
import LabelRules
import YOLODataset

/// Takes decisions back into the dataset and into the plan's ledger.
public enum DecisionApplier {
    /// What an application has done, or would do.
    public struct Outcome: Sendable {
        /// The files that change.
        public var fixes: [FileFix]
        /// Decisions that no row or no suspicion fits any more, with the reason.
        public var refused: [(image: String, reason: String)]
        /// The folder with the files as they were; nil where nothing was written.
        public var backup: String?
    }

    /// Writes label files atomically, each with a copy kept, and remembers every decision so that it is not asked again.
    ///
    /// - Parameter isDryRun: nothing is written.
    public static func apply(_ file: DecisionFile, plan: PlanFile, isDryRun: Bool) throws -> Outcome {
        let dataset = try Dataset.open(plan.settings.dataset)
        let check = DecisionCheck(classCount: dataset.classCount)
        for decision in file.decisions {
            guard let problem = check.problem(of: decision) else { continue }
            throw FileError(
                file: plan.path, message: "cannot take these decisions: they hold \(problem)",
                wayOut: "make the report anew, and decide there")
        }
        let ledger = try Ledger(plan.ledgerPath)
        let subjects = try DecisionSubjects(ledger)
        let all = file.lastOfEach
        let known = all.filter(subjects.know)
        let strangers = all.filter { !subjects.know($0) }.map {
            (image: $0.image, reason: "nothing in the ledger suspects it: make the report anew, and decide there")
        }
        let patches = try LabelPatches(known.compactMap(subjects.patch), dataset: dataset)
        var outcome = Outcome(
            fixes: patches.fixes, refused: strangers + patches.refused.map { ($0.patch.image, $0.reason) })
        guard !isDryRun else { return outcome }
        let refused = Set(patches.refused.map(\.patch))
        let done = known.filter { decision in subjects.patch(of: decision).map { !refused.contains($0) } ?? true }
        let lock = try PlanLock(plan)
        defer { withExtendedLifetime(lock) {} }
        func remember() throws { try ledger.addDecisions(done.map { $0.row(isApplied: true) }) }
        if patches.fixes.isEmpty {
            try remember()
        } else {
            outcome.backup = try LabelFixer.apply(patches.fixes, root: dataset.root, then: remember)
        }
        return outcome
    }
}
