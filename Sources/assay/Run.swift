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
        abstract: "Run every stage of a plan: labels, anchors, probe, toxic, report. Unchanged stages are skipped.")

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
        let hasFindings = try AuditChain(
            [LabelsStage.self, AnchorsStage.self, ProbeStage.self, ToxicStage.self, ReportStage.self]
        ).run(
            plan: AuditInput.openPlan(plan), session: session, overrides: seed.map { ["seed": "--seed=\($0)"] } ?? [:],
            format: format,
            begin: { common.note("— \($0.rawValue)") },
            end: { stage, shown, isUnchanged in
                if isUnchanged { common.note("\(stage.rawValue): unchanged") }
                switch format {
                case .text: Tool.output(shown.text)
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
        if hasFindings { throw ExitStatus.findings }
    }
}
