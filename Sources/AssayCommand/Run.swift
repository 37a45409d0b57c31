import ArgumentParser
import AuditPlan
import CommandLineSupport
import FileReading
import TextForms
import ToolOptions

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Run the stages of a plan: labels, anchors, probe, toxic, curves, report. Unchanged ones are skipped.")

    @OptionGroup var input: PlanArgument

    @Option("Run this stage alone, on what earlier ones have left.")
    var only: StageChoice?

    @Option("Run this stage and those after it, on what earlier ones have left.")
    var from: StageChoice?

    @Option("A suspicion of this probability or more makes the exit status 1, unless a person has rejected it.")
    var failOnSuspicions: Fraction?

    @Flag(
        help:
            "Start workers as the plan's block cluster says: a command of it, or tasks of Slurm. Without, a plan starts no program."
    )
    var cluster = false

    @Option("Where every random choice comes from.", otherwise: "the plan's seed")
    var seed: Seed?

    @Option("Text, or one JSON object with the results of every stage.")
    var format = OutputFormat.text

    @OptionGroup var torch: TorchOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if only != nil, from != nil { throw ValidationError("give --only or --from, not both") }
        if failOnSuspicions != nil, !isWanted(.toxic) {
            throw ValidationError("--fail-on-suspicions has no effect without the stage toxic; leave it out")
        }
    }

    func run() throws {
        let path = try input.path(saying: common)
        try torch.check(in: path)
        let session = common.session()
        if only != nil || from != nil { try sayWhatIsLeftOut(path, session) }
        var run = ChainRun(path: path, session: session, format: format, common: common, least: failOnSuspicions)
        if let seed { run.overrides["seed"] = "--seed=\(seed)" }
        run.mayStartPrograms = cluster
        run.namesTorch = torch.torch != nil
        if only != nil || from != nil { run.isWanted = isWanted }
        try run.run()
    }

    private func isWanted(_ stage: StageName) -> Bool {
        if let only { return stage == only.stage }
        let order = StageName.allCases
        guard let from, let first = order.firstIndex(of: from.stage), let place = order.firstIndex(of: stage) else {
            return true
        }
        return place >= first
    }

    /// Refuses a stage that the plan does not have, and names earlier ones whose results are not current.
    private func sayWhatIsLeftOut(_ path: String, _ session: AuditSession) throws {
        let plan = try PlanFile.load(path)
        if let only, !plan.settings.includes(only.stage) {
            throw FileError(
                file: path, message: "has no block “\(only)”, so that --only \(only) runs nothing",
                wayOut: "add a \(only): block; assay plan init explains it")
        }
        let stages = try ChainRun.chain.status(plan, session)
        for status in stages.prefix(while: { !isWanted($0.stage) }) where status.isDue {
            let why = status.reasons.first.map { ": \($0)" } ?? ""
            common.note("note: \(status.stage.rawValue) is \(status.state.rawValue)\(why)")
        }
    }
}

extension TorchOption {
    /// Refuses the option where no stage of a plan computes with PyTorch.
    func check(in path: String) throws {
        guard torch != nil else { return }
        let settings = try PlanFile.load(path).settings
        let probe: ProbeOptions = try settings.options()
        let ranking: RankingOptions = try settings.options()
        try check([settings.hasBlock(.probe) ? probe.backend : nil, ranking.passing.backend])
    }
}

/// A stage of the chain, by name.
struct StageChoice: SettingValue {
    let stage: StageName

    static var form: SettingForm { .words(StageName.allCases.map(\.rawValue)) }

    init(setting text: String) throws {
        guard let stage = StageName(rawValue: text) else { throw Self.refusal(of: text) }
        self.stage = stage
    }

    var description: String { stage.rawValue }
}
