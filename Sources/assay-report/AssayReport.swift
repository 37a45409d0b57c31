import ArgumentParser
import AuditPlan
import AuditReport
import CommandLineSupport
import FileReading
import LabelRules
import YOLODataset

@main struct AssayReportMain {
    static func main() { Tool.main(AssayReport.self) }
}

struct AssayReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-report", abstract: "The page that annotators work from, and the way back into the dataset.",
        discussion: "Exit status: 0 done, 1 some decisions do not fit any more, 2 wrong usage or environment.",
        version: assayVersion, subcommands: [Page.self, Apply.self, Export.self], defaultSubcommand: Page.self)
}

struct Page: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One HTML page with what the audit found, the worst first.")

    @Argument(help: "A plan, or a data.yaml (then the page holds the label check alone).", completion: .file())
    var input: String

    @Option(name: .shortAndLong, help: "Where the page of a data.yaml goes.", completion: .file())
    var output = "report.html"

    @Flag(help: "Serve the page of a plan to this machine alone; decisions go into the ledger as they are made.")
    var serve = false

    @Option(help: "The port to serve on; 0 for any that is free.")
    var port: UInt16 = 0

    @OptionGroup var common: CommonOptions

    func run() throws {
        switch try AuditInput.open(input) {
        case .plan(let path):
            let outcome = try ReportStage.run(plan: path)
            if case .unchanged = outcome { Tool.note("report: unchanged", quiet: common.quiet) }
            let plan = try PlanFile.load(path)
            if let file = outcome.result.outputs.first {
                Tool.output("report: \(Paths.absolute(file, relativeTo: plan.folder))\n")
            }
            guard serve else { return }
            let server = try ReportServer(plan: plan, port: port)
            Tool.output("serving \(server.url) until interrupted; then: assay-report apply \(path)\n")
            server.run(isCancelled: { Interruption.isRequested })
        case .dataset(let path):
            guard !serve else { throw ValidationError("--serve needs a plan") }
            let content = try ReportStage.content(of: try Dataset.open(path), jobs: common.jobs)
            try AtomicFile.write(ReportPage.render(content), to: output)
            Tool.output("report: \(Paths.absolute(output))\n")
        }
    }
}

struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the accepted decisions of a report into the label files, with copies of what was there.")

    @Argument(help: "The plan.", completion: .file())
    var plan: String

    @Argument(
        help: "The decisions that the page downloaded (default: those that --serve has written into the ledger).",
        completion: .file())
    var decisions: String?

    @Flag(help: "Show what would change, and change nothing.")
    var diff = false

    func run() throws {
        let plan = try PlanFile.load(plan)
        let file = try decisions.map { try DecisionFile.read($0) } ?? DecisionFile(waitingIn: plan)
        let outcome = try DecisionApplier.apply(file, plan: plan, isDryRun: diff)
        if diff { Tool.output(LabelFixer.diff(outcome.fixes)) }
        let rows = outcome.fixes.reduce(0) { $0 + $1.rows.count }
        Tool.output("\(rows) rows in \(outcome.fixes.count) files \(diff ? "would change" : "changed")\n")
        if let backup = outcome.backup {
            Tool.output(
                "the files as they were: \(backup)\ntake it back with: assay-labels undo \(plan.settings.dataset)\n")
        }
        for (patch, reason) in outcome.refused { Tool.output("left alone: \(patch.image): \(reason)\n") }
        if !outcome.refused.isEmpty { throw ExitStatus.findings }
    }
}

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Suspicions and labels in the form that another tool imports.")

    @Argument(help: "The plan.", completion: .file())
    var plan: String

    @Option(help: "The form; docs/formats.md tells what each holds.")
    var format: ReportExport.Format

    @Option(name: .shortAndLong, help: "Where it goes (default: standard output).", completion: .file())
    var output: String?

    @Option(help: "Suspicions from this probability on.")
    var least = 0.5

    @Option(help: "Of clean-list: the part of the images that is left out, the worst first.")
    var part = 0.02

    func validate() throws {
        guard (0...1).contains(least), (0...1).contains(part) else {
            throw ValidationError("--least and --part must be from 0 to 1")
        }
    }

    func run() throws {
        let text = try ReportExport(plan: try PlanFile.load(plan), least: least, part: part).text(format)
        if let output { try AtomicFile.write(text, to: output) } else { Tool.output(text) }
    }
}

extension ReportExport.Format: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }

    public static var allValueStrings: [String] { ReportExporters.all.map(\.name) }
}
