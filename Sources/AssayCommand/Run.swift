import ArgumentParser
import AuditPlan
import AuditReport
import AuditStages
import CommandLineSupport
import FileReading
import TextForms
import ToolOptions

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run every stage of a plan: labels, anchors, probe, toxic, curves, report. Unchanged stages are skipped.")

    @Argument(help: "The plan, or the folder of one.", completion: .file())
    var plan = "."

    @Option("Where every random choice comes from.", otherwise: "the plan's seed")
    var seed: Seed?

    @Option("Text, or one JSON object with the results of every stage.")
    var format = ResultFormat.text

    @OptionGroup var common: CommonOptions

    func run() throws {
        let session = common.session()
        var results: [(stage: StageName, json: String)] = []
        var unchanged: [StageName] = []
        var hasRun = false
        let path = try AuditInput.openPlan(plan)
        let hasFindings = try AuditChain(
            [LabelsStage.self, AnchorsStage.self, ProbeStage.self, ToxicStage.self, CurvesStage.self, ReportStage.self]
        ).run(
            plan: path, session: session, overrides: seed.map { ["seed": "--seed=\($0)"] } ?? [:],
            format: format,
            end: { stage, shown, isUnchanged in
                if isUnchanged { unchanged.append(stage) }
                switch format {
                case .text:
                    // What has not changed was shown when it was made.
                    guard !isUnchanged else { break }
                    common.note("— \(stage.rawValue)")
                    Tool.output(shown.text)
                    hasRun = true
                case .json:
                    results.append((stage, String(shown.text.text.reversed().drop(while: \.isNewline).reversed())))
                }
            })
        if format == .json {
            var json = JSONWriter()
            json.object(.lines) { json in
                for result in results { json.member(result.stage.rawValue, JSONFragment(result.json)) }
            }
            json.endLine()
            Tool.output(written: json.text)
        }
        if !unchanged.isEmpty {
            common.note("\(unchanged.map { "\($0.rawValue): unchanged" }.joined(separator: ", "))")
        }
        if format == .text {
            let summary = try summary(of: path, session)
            Tool.output(hasRun ? "\n" + summary.text : summary.unchanged)
        }
        if hasFindings { throw ExitStatus.findings }
    }

    private func summary(of path: String, _ session: AuditSession) throws -> RunSummary {
        let plan = try PlanFile.load(path)
        let labels: LabelOptions = try plan.settings.options()
        return try RunSummary(plan, named: path, failOn: labels.failOn, session)
    }
}
