import ArgumentParser
import AuditPlan
import AuditReport
import CommandLineSupport
import FileReading
import YOLODataset

@main struct AssayReportMain {
    static func main() { Tool.main(AssayReport.self) }
}

struct AssayReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-report", abstract: "One HTML page with what the audit found, the worst images first.",
        discussion: "Exit status: 0 written, 2 wrong usage or environment.", version: assayVersion)

    @Argument(help: "A plan, or a data.yaml (then the page holds the label check alone).", completion: .file())
    var input: String

    @Option(name: .shortAndLong, help: "Where the page of a data.yaml goes.", completion: .file())
    var output = "report.html"

    @OptionGroup var common: CommonOptions

    func run() throws {
        switch try AuditInput.open(input) {
        case .plan(let path):
            let outcome = try ReportStage.run(plan: path)
            if case .unchanged = outcome { Tool.note("report: unchanged", quiet: common.quiet) }
            let plan = try PlanFile.load(path)
            for file in outcome.result.outputs {
                Tool.output("report: \(Paths.absolute(file, relativeTo: plan.folder))\n")
            }
        case .dataset(let path):
            let content = try ReportStage.content(of: try Dataset.open(path), jobs: common.jobs)
            try AtomicFile.write(ReportPage.render(content), to: output)
            Tool.output("report: \(Paths.absolute(output))\n")
        }
    }
}
