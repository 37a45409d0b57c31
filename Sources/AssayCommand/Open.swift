import ArgumentParser
import AuditPlan
import AuditReport
import CommandLineSupport
import FileReading
import ToolOptions

struct Open: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open the report of a plan in the browser, or say where it is where there is none.",
        discussion: """
            The page is made anew from the ledger first: a page that came with a dataset is replaced, and never opened. The \
            browser is looked for in the absolute folders of PATH, outside the dataset and the plan's folder.
            """)

    @OptionGroup var input: PlanArgument

    @Flag(name: .customLong("print"), help: "Only say where the page is.")
    var prints = false

    @Option("The form of the result.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        let path = try input.path(saying: common)
        let before = try PlanFile.load(path)
        guard !before.results.isEmpty else {
            throw FileError(file: path, message: "has no results to show", wayOut: "run it: assay run \(path)")
        }
        let session = common.session()
        let outcome = try StageRunner.run(ReportStage.self, plan: path, session: session, isAnew: true)
        let plan = try PlanFile.load(path)
        let page = Paths.absolute(outcome.result.outputs.first ?? "", relativeTo: plan.folder)
        let root = try session.dataset(plan.settings.dataset).root
        if !prints, !Browser.open(page, untrusted: [plan.folder, root]) {
            common.note("no browser was found here: open the page where there is one")
        }
        try Tool.show(ReportStage.shown(page, as: format.plain), .page, as: format)
    }
}
