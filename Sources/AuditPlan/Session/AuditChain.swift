import FileReading
import Sharding
import ToolOptions

/// The stages of a plan one after another, in one session.
public struct AuditChain {
    let stages: [any AuditStage.Type]

    /// - Parameter stages: in the order in which they run.
    public init(_ stages: [any AuditStage.Type]) { self.stages = stages }

    /// Those that are wanted, in the same order.
    public func only(_ isWanted: (StageName) -> Bool) -> AuditChain { AuditChain(stages.filter { isWanted($0.name) }) }

    /// Runs the stages whose inputs have changed.
    ///
    /// - Parameters:
    ///   - overrides: arguments that go before the plan's, by the key of the setting.
    ///   - prepare: called before a stage, and again where parts that it took turned out to be wanting: it gives them to the
    ///     session, or throws.
    ///   - end: called after a stage, with what it shows and whether nothing had changed.
    /// - Returns: whether a stage has something to look at.
    /// - Throws: what a stage throws; `CancellationError` after an interruption.
    public func run(
        plan path: String, session: AuditSession, overrides: [String: String], format: ResultFormat,
        prepare: (StageName, WantingParts?) throws -> Void = { if let wanting = $1 { throw wanting } },
        end: (StageName, StageOutput, Bool) -> Void
    ) throws -> Bool {
        // What is wrong with the inputs is said before anything is written.
        let plan = try PlanFile.load(path)
        let wanted = stages.filter { plan.settings.includes($0.name) }
        for stage in wanted { try check(stage, plan, session, overrides) }
        var hasFindings = false
        for stage in wanted {
            if session.isCancelled() { throw CancellationError() }
            try prepare(stage.name, nil)
            var outcome: (shown: StageOutput, isUnchanged: Bool)?
            while outcome == nil {
                do {
                    outcome = try run(stage, path, session, overrides, format)
                } catch let wanting as WantingParts {
                    try prepare(stage.name, wanting)
                }
            }
            guard let outcome else { continue }
            hasFindings = hasFindings || outcome.shown.hasFindings
            end(stage.name, outcome.shown, outcome.isUnchanged)
        }
        return hasFindings
    }

    private func check<Stage: AuditStage>(
        _ stage: Stage.Type, _ plan: PlanFile, _ session: AuditSession, _ overrides: [String: String]
    ) throws {
        try StageRunner.check(stage, plan, session: session) { try options(of: $0, overrides) }
    }

    private func run<Stage: AuditStage>(
        _ stage: Stage.Type, _ path: String, _ session: AuditSession, _ overrides: [String: String],
        _ format: ResultFormat
    ) throws -> (shown: StageOutput, isUnchanged: Bool) {
        let outcome = try StageRunner.run(stage, plan: path, session: session) { try options(of: $0, overrides) }
        var isUnchanged = false
        if case .unchanged = outcome { isUnchanged = true }
        let plan = try PlanFile.load(path)
        return (
            try stage.output(plan, try options(of: plan, overrides), session, as: format, isBrief: true), isUnchanged
        )
    }

    private func options<Options: StageOptions>(of plan: PlanFile, _ overrides: [String: String]) throws -> Options {
        let keys = Options.shared.union(Options.presentation)
        let own = keys.sorted().compactMap { overrides[$0] }
        return try Options.parse(plan.settings.arguments(of: Options.stage) + own)
    }
}
