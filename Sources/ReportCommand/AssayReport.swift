import ArgumentParser
import AuditPlan
import AuditReport
import CommandLineSupport
import FileReading
import LabelRules
import ReportServing
import TextForms
import ToolOptions

/// The executable `assay-report`.
public enum ReportTool: ToolEntry {
    public static let name = "assay-report"
    public static func start(_ arguments: [String]) -> Never { Tool.main(AssayReport.self, arguments: arguments) }
}

struct AssayReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-report", abstract: "The page that annotators work from, and the way back into the dataset.",
        discussion: "Exit status: 0 done, 1 some decisions do not fit any more, 2 wrong usage or environment.",
        version: Tool.version, subcommands: [Page.self, Apply.self, Export.self, Plot.self],
        defaultSubcommand: Page.self)
}

struct Page: PlanCommand {
    // Named, though its type says as much: the dump of the help tells a default subcommand by this name alone.
    static let configuration = CommandConfiguration(
        commandName: "page", abstract: "One HTML page with what the audit found, the worst first.")

    static let stage = StageName.report

    @Argument(
        help: """
            A plan, or a data.yaml, of which the page holds the label check alone (default: assay.yaml here or above, else the \
            one data.yaml that is found).
            """, completion: .file())
    var input: String?

    @OptionGroup(title: "What it shows (in a plan: the block “report”)") var options: ReportOptions

    @Option(name: .shortAndLong, "Where the page of a data.yaml goes.", otherwise: "report.html; a plan has its own")
    var output: InputFile?

    @Flag(help: "Serve the page of a plan to this machine alone; decisions go into the ledger as they are made.")
    var serve = false

    @Option("The port to serve on; 0 for any that is free.")
    var port: Whole<PortBounds> = 0

    @Option("The form of the result.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() throws {
        let given = GivenOptions(of: Self.self)
        if !serve { try given.refuse(["port"], "without --serve; add it, or leave this out") }
        switch try AuditInput.open(input, saying: common) {
        case .plan(let path):
            try given.refuse(["output"], "with a plan, whose page lies beside it; leave it out")
            try runPlan(path)
        case .dataset(let path):
            try given.refuse(
                ["serve", "top", "suspicions", "compare"], "without a plan; make one with assay plan init")
            let session = common.session()
            let content = try ReportStage.content(of: try session.dataset(path), jobs: session.jobs)
            let page = output?.path ?? "report.html"
            try AtomicFile.write(ReportPage.render(content), to: page)
            try Tool.show(ReportStage.shown(Paths.absolute(page), as: format.plain), .page, as: format)
        }
    }

    private func runPlan(_ path: String) throws {
        let session = common.session()
        let options = try Self.merged(with: try PlanFile.load(path)).options
        let outcome = try StageRunner.run(ReportStage.self, plan: path, session: session) {
            try Self.merged(with: $0).options
        }
        if case .unchanged = outcome { common.note("report: unchanged") }
        let plan = try PlanFile.load(path)
        try Tool.show(ReportStage.output(plan, options, session, as: format.plain), .page, as: format)
        guard serve else { return }
        let server = try ReportServer(plan: plan, port: UInt16(port.value), seed: options.seeding.number)
        Tool.output("serving \(server.url) until interrupted; then: assay-report apply \(path)\n")
        server.run(isCancelled: { Interruption.isRequested })
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

    @OptionGroup var plain: PlainOptions

    func run() throws {
        plain.idle.say(plain.common)
        let plan = try PlanFile.load(plan)
        let file = try decisions.map { try DecisionFile.read($0) } ?? DecisionFile(waitingIn: plan)
        let outcome = try DecisionApplier.apply(file, plan: plan, isDryRun: diff)
        if diff, plain.format == .text { Tool.output(LabelFixer.diff(outcome.fixes)) }
        guard plain.format == .text else {
            let shown = StageOutput(written: outcome.json, hasFindings: !outcome.refused.isEmpty)
            return try Tool.show(shown, .applied, as: plain.format)
        }
        let rows = outcome.fixes.reduce(0) { $0 + $1.rows.count }
        let files = Counted.text(outcome.fixes.count, "file")
        Tool.output("\(Counted.text(rows, "row")) in \(files) \(diff ? "would change" : "changed")\n")
        if let backup = outcome.backup {
            Tool.output(
                "the files as they were: \(backup)\ntake it back with: assay-labels undo \(plan.settings.dataset)\n")
        }
        for (image, reason) in outcome.refused { Tool.output("left alone: \(image): \(reason)\n") }
        if !outcome.refused.isEmpty { throw ExitStatus.findings }
    }
}

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Suspicions and labels in the form that another tool imports.")

    @Argument(help: "The plan.", completion: .file())
    var plan: String

    @Option("What imports it.")
    var format: ExportForm

    @Option(name: .shortAndLong, "Where it goes.", otherwise: "standard output")
    var output: InputFile?

    @Option("Suspicions from this probability on.", otherwise: "0.5")
    var least: Fraction?

    @Option("Of clean-list: the part of the images that is left out, the worst first.", otherwise: "0.02")
    var part: Fraction?

    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        try GivenOptions(of: Self.self).refuse(
            [format.format.exporter.leavesOutAPart ? "least" : "part"], "with --format \(format); leave it out")
        let export = try ReportExport(
            plan: try PlanFile.load(plan), least: least?.value ?? 0.5, part: part?.value ?? 0.02)
        let text = try export.text(format.format)
        let importing = "\(export.summary); to import: \(format.format.exporter.importing)"
        if let output {
            try AtomicFile.write(text, to: output.path)
            return Tool.output("\(output): \(importing)\n")
        }
        let shown = TerminalText(written: text)
        guard shown.text == text else {
            throw FileError(
                file: format.description, message: "names images with characters that a terminal would obey",
                wayOut: "write it into a file: add --output FILE")
        }
        Tool.output(shown)
        common.note("\(importing)")
    }
}

/// The name of an export.
struct ExportForm: SettingValue {
    let description: String
    let format: ReportExport.Format

    static var form: SettingForm { .words(ReportExporters.all.map(\.name)) }

    init(setting text: String) throws {
        guard let format = ReportExport.Format(text) else { throw Self.refusal(of: text) }
        self.format = format
        description = text
    }

    static func == (a: ExportForm, b: ExportForm) -> Bool { a.description == b.description }
    func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
