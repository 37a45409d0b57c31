import ArgumentParser
import AuditPlan
import AuditReport
import CommandLineSupport
import ToolOptions
import YOLODataset

struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What changed between two audits: mended, new, come back; images and rows.",
        discussion: """
            Compares the results of two plans that have been run, or of one plan and a copy of it from before. Rows are \
            compared for images that both have ranked. Exit status: 0 nothing new, 1 new findings or suspicions, 2 wrong \
            usage or environment.
            """)

    @Argument(help: "The plan of the earlier audit.", completion: .file())
    var old: String

    @Argument(help: "The plan of the later audit.", completion: .file())
    var new: String

    @Option("The form of the result.")
    var format = DiffFormat.text

    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        let plans = try [old, new].map { try AuditDiff.plan(try AuditInput.openPlan($0)) }
        let diff = try AuditDiff(
            plans[0], plans[1], classNames: try Dataset.open(plans[1].settings.dataset).classNames)
        switch format {
        case .text: Tool.output(diff.text)
        case .markdown: Tool.output(written: diff.markdown)
        case .json, .jsonV2: Tool.output(json: diff.json, .diff, hasEnvelope: format == .jsonV2)
        }
        if diff.hasNew { throw ExitStatus.findings }
    }
}

/// The form of a comparison.
enum DiffFormat: String, SettingWord {
    case text, markdown, json
    case jsonV2 = "json-v2"
}
