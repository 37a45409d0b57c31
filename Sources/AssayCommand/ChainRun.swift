import AuditPlan
import AuditReport
import AuditStages
import CommandLineSupport
import TextForms
import ToolOptions

/// A run of a plan's stages, and what a person or a program is shown of it.
struct ChainRun {
    /// Every stage, in order.
    static var chain: AuditChain {
        AuditChain([
            LabelsStage.self, AnchorsStage.self, ProbeStage.self, ToxicStage.self, CurvesStage.self, ReportStage.self,
        ])
    }

    let path: String
    let session: AuditSession
    let format: OutputFormat
    let common: CommonOptions
    /// Arguments that go before the plan's, by the key of the setting.
    var overrides: [String: String] = [:]
    /// From this probability on a suspicion makes the exit status 1.
    var least: Fraction?
    /// Whether workers make the parts of stages where the plan says so; a merge has them already.
    var usesCluster = true
    /// Whether a person has allowed the plan to start programs for them.
    var mayStartPrograms = false
    /// Whether the command line says where PyTorch is.
    var namesTorch = false
    /// Which stages are run; nil for all.
    var isWanted: ((StageName) -> Bool)?

    /// - Throws: `ExitStatus.findings` where there is something to look at.
    func run() throws {
        var results: [(stage: StageName, json: String)] = []
        var unchanged: [StageName] = []
        var hasRun = false
        let chain = isWanted.map(Self.chain.only) ?? Self.chain
        var overrides = overrides
        try refuseIdleGate()
        if let least { overrides["fail_on_suspicions"] = "--fail-on-suspicions=\(least)" }
        let cluster =
            usesCluster
            ? try ClusterStep(
                path, session, common, overrides: overrides, isAllowed: mayStartPrograms,
                namesTorch: namesTorch, isWanted: isWanted ?? { _ in true })
            : nil
        let hasFindings = try chain.run(
            plan: path, session: session, overrides: overrides, format: format.plain,
            prepare: { stage, wanting in
                if let cluster { return try cluster.prepare(stage, wanting) }
                if let wanting { throw wanting }
            },
            end: { stage, shown, isUnchanged in
                if isUnchanged { unchanged.append(stage) }
                switch format {
                case .text:
                    // What has not changed was shown when it was made.
                    guard !isUnchanged else { break }
                    common.note("— \(stage.rawValue)")
                    Tool.output(shown.text)
                    hasRun = true
                case .json, .jsonV2:
                    results.append((stage, String(shown.text.text.reversed().drop(while: \.isNewline).reversed())))
                }
            })
        if format != .text { Tool.output(json: Self.json(results), .run, hasEnvelope: format == .jsonV2) }
        if !unchanged.isEmpty {
            common.note("\(unchanged.map { "\($0.rawValue): unchanged" }.joined(separator: ", "))")
        }
        if try end(hasRun: hasRun) || hasFindings { throw ExitStatus.findings }
    }

    /// A gate that can never close is none: also where a stage that is unchanged would not say so.
    private func refuseIdleGate() throws {
        guard let least else { return }
        let plan = try PlanFile.load(path)
        let ranking: RankingOptions = try plan.settings.options()
        if ranking.model.weights == nil, !plan.settings.hasBlock(.probe) {
            throw ToxicStage.idleGate(plan, least)
        }
    }

    /// What the run comes to; the last line says why the exit status is what it is.
    ///
    /// - Returns: whether suspicions make it 1.
    private func end(hasRun: Bool) throws -> Bool {
        let plan = try PlanFile.load(path)
        let ranking: RankingOptions = try plan.settings.options()
        let gate = try SuspicionGate(plan, from: least ?? ranking.failOnSuspicions)
        guard format == .text else {
            if gate.hasFindings { Tool.note(TerminalText(written: String(gate.line.text.dropLast()))) }
            return gate.hasFindings
        }
        // A part of the chain says nothing of the dataset as a whole.
        guard isWanted == nil else {
            Tool.output(gate.line)
            return gate.hasFindings
        }
        let labels: LabelOptions = try plan.settings.options()
        let summary = try RunSummary(
            plan, named: path, failOn: labels.failOn, session, further: [gate.reason].compactMap(\.self))
        Tool.output(hasRun ? "\n" + summary.text : summary.unchanged)
        return gate.hasFindings
    }

    private static func json(_ results: [(stage: StageName, json: String)]) -> String {
        var json = JSONWriter()
        json.object(.lines) { json in
            for result in results { json.member(result.stage.rawValue, JSONFragment(result.json)) }
        }
        json.endLine()
        return json.text
    }
}
