import ArgumentParser
import AuditPlan
import AuditReport
import CommandLineSupport
import FileReading
import TextForms
import ToolOptions

struct Plot: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A chart of the report as a file, for papers and pull requests.",
        discussion: "The charts: "
            + ReportPlot.all.map { "\($0.name) (\($0.title))" }.joined(separator: ", ") + ".")

    @Argument(help: "The chart's name.")
    var name: String

    @Argument(help: "The plan.", completion: .file())
    var plan = "."

    @Option(name: .shortAndLong, "Where it goes: .svg or .png.")
    var output: InputFile

    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        guard let plot = ReportPlot.named(name) else {
            throw ValidationError(
                "there is no chart \(name); the charts are \(ReportPlot.all.map(\.name).joined(separator: ", "))")
        }
        guard ["svg", "png"].contains(Paths.suffix(of: output.path).lowercased()) else {
            throw ValidationError("--output must end in .svg or .png")
        }
        let plan = try PlanFile.load(try AuditInput.openPlan(plan))
        try plot.write(try ReportStage.content(of: plan, common.session()), to: output.path)
        if !common.quiet { Tool.output("\(output): \(plot.title)\n") }
    }
}
