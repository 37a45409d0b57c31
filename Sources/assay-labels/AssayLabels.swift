import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import Findings
import LabelRules
import YOLODataset

@main struct AssayLabelsMain {
    static func main() { Tool.main(AssayLabels.self) }
}

struct AssayLabels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-labels", abstract: "Find what is wrong with labels and images before training does.",
        discussion: "Exit status: 0 clean, 1 findings, 2 wrong usage or environment.", version: assayVersion,
        subcommands: [Check.self, Explain.self], defaultSubcommand: Check.self)
}

extension FindingFormat: ExpressibleByArgument {}
extension ImageReading: ExpressibleByArgument {}
extension Severity: ExpressibleByArgument {}

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Check a dataset, or the dataset of a plan.")

    @Argument(help: "A data.yaml, or a plan.", completion: .file())
    var input: String

    @Option(help: "How findings are printed: text, json, jsonl, csv, sarif or github.")
    var format = FindingFormat.text

    @Option(help: "Findings from this severity on make the exit status 1 (default: the plan's, else error).")
    var failOn: Severity?

    @Option(help: "How much of each image is read: none, header or decode.")
    var images = ImageReading.decode

    @Option(help: "Splits to check, for example train,val (default: all).")
    var splits: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let progress = ProgressLine("assay-labels", quiet: common.quiet)
        switch try AuditInput.open(input) {
        case .dataset(let path):
            let dataset = try Dataset.open(path)
            let result = try LabelCheck.run(
                dataset, splits: splits?.split(separator: ",").map(String.init), reading: images, jobs: common.jobs,
                isCancelled: { Interruption.isRequested }, progress: { progress.update($0, of: $1) })
            try report(result.findings, headline: LabelHeadline.text(result, dataset), failOn: failOn ?? .error)
        case .plan(let path):
            let outcome = try LabelsStage.run(
                plan: path, jobs: common.jobs, isCancelled: { Interruption.isRequested },
                progress: { progress.update($0, of: $1) })
            if case .unchanged = outcome { Tool.note("labels: unchanged", quiet: common.quiet) }
            let plan = try PlanFile.load(path)
            let limit = failOn ?? Severity(rawValue: plan.settings.labels.failOn) ?? .error
            try report(try Ledger(plan.ledgerPath).findings(), headline: "", failOn: limit)
        }
    }

    private func report(_ findings: [Finding], headline: String, failOn: Severity) throws {
        let names = Dictionary(uniqueKeysWithValues: RuleRegistry.documentation.map { ($0.code, $0.name) })
        Tool.output(
            FindingReporter.render(findings, as: format, colour: Terminal.hasColour, ruleNames: names))
        if format == .text {
            Tool.output(headline)
            let counts = Severity.allCases.reversed().map { severity in
                "\(findings.count { $0.severity == severity }) \(severity.rawValue)s"
            }
            Tool.output(counts.joined(separator: ", ") + "\n")
        }
        if findings.contains(where: { $0.severity >= failOn }) { throw ExitStatus.findings }
    }
}

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What a rule looks for, why it matters, and what to do.")

    @Argument(help: "The code of a rule, for example B003.")
    var code: String?

    @Flag(help: "Every rule, as docs/rules.md.")
    var all = false

    func run() throws {
        if all { return Tool.output(RuleRegistry.page) }
        guard let code else { throw ValidationError("name a rule, for example B003, or --all") }
        guard let rule = RuleRegistry.documentation(of: code) else {
            throw ValidationError(
                "there is no rule \(code); the codes are \(RuleRegistry.documentation.map(\.code).joined(separator: " "))"
            )
        }
        Tool.output(rule.page)
    }
}
