import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
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
        subcommands: [Check.self, Card.self, Verdicts.self, Explain.self, Undo.self], defaultSubcommand: Check.self)
}

extension FindingFormat: ExpressibleByArgument {}
extension ImageReading: ExpressibleByArgument {}
extension Severity: ExpressibleByArgument {}
extension Trainer: ExpressibleByArgument {}

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Check a dataset, or the dataset of a plan.")

    @Argument(help: "A data.yaml, or a plan.", completion: .file())
    var input: String

    @Option(help: "How findings are printed: text, json, jsonl, csv, sarif, github or junit.")
    var format = FindingFormat.text

    @Option(help: "Findings from this severity on make the exit status 1 (default: the plan's, else error).")
    var failOn: Severity?

    @Option(help: "How much of each image is read: none, header or decode.")
    var images = ImageReading.decode

    @Option(help: "Whose reading is foretold: ultralytics, ultralytics-old, yolov5, yolov7 or darknet.")
    var trainer: Trainer?

    @Option(help: "Side of the training square in pixels (default: the plan's, else 640).")
    var size: Int?

    @Flag(help: "Report each finding, also of an error that most label files have.")
    var each = false

    @Flag(help: "Read every file, and keep nothing for the next run.")
    var noCache = false

    @Option(help: "Splits to check, for example train,val (default: all).")
    var splits: String?

    @Option(help: "Only these rules: codes or their beginnings, as B,D003 (a plan: beside its own).")
    var select = ""

    @Option(help: "Not these rules.")
    var ignore = ""

    @Option(help: "Leave out the findings that this baseline knows.", completion: .file())
    var baseline: String?

    @Option(help: "Write all findings into a baseline, and exit with 0.", completion: .file())
    var writeBaseline: String?

    @Option(help: "Print at most so many findings; the counts are of all.")
    var maxFindings: Int?

    @Flag(help: "Print how often each rule was broken, instead of each finding.")
    var statistics = false

    @Flag(help: "Correct what is safe: spills of rounding, exact copies, boxes without area. Copies are kept: undo.")
    var fix = false

    @Flag(help: "Also correct what needs a decision: pixels, corners, large overshoots, boxes outside, a sixth column.")
    var unsafeFixes = false

    @Flag(help: "Show what --fix or --unsafe-fixes would change, and change nothing.")
    var diff = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let size, !(32...8192).contains(size) { throw ValidationError("--size must be from 32 to 8192") }
        if let maxFindings, maxFindings < 0 { throw ValidationError("--max-findings must not be negative") }
        let codes = RuleRegistry.documentation.map(\.code)
        if let unknown = FindingSelection(select: list(select), ignore: list(ignore)).unknown(codes: codes).first {
            throw ValidationError("no rule's code begins with \(unknown); assay-labels explain --all lists them")
        }
    }

    private func list(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
    }

    func run() throws {
        if fix || unsafeFixes || diff { return try correct() }
        let progress = ProgressLine("assay-labels", quiet: common.quiet)
        switch try AuditInput.open(input) {
        case .dataset(let path):
            let dataset = try Dataset.open(path)
            let result = try LabelCheck.run(
                dataset, settings: settings(dataset), jobs: common.jobs,
                isCancelled: { Interruption.isRequested }, progress: { progress.update($0, of: $1) })
            try report(
                result.findings, root: dataset.root, headline: LabelHeadline.text(result, dataset),
                failOn: failOn ?? .error)
        case .plan(let path):
            guard trainer == nil, size == nil, !each, !noCache else {
                throw ValidationError(
                    "a plan says itself how it is checked: image_size, and trainer and condense below labels")
            }
            let outcome = try LabelsStage.run(
                plan: path, jobs: common.jobs, isCancelled: { Interruption.isRequested },
                progress: { progress.update($0, of: $1) })
            if case .unchanged = outcome { Tool.note("labels: unchanged", quiet: common.quiet) }
            let plan = try PlanFile.load(path)
            let limit = failOn ?? Severity(rawValue: plan.settings.labels.failOn) ?? .error
            try report(
                try Ledger(plan.ledgerPath).findings(), root: try Dataset.open(plan.settings.dataset).root,
                headline: "",
                failOn: limit)
        }
    }

    private func settings(_ dataset: Dataset) -> CheckSettings {
        var settings = CheckSettings()
        settings.splits = splits?.split(separator: ",").map(String.init)
        settings.reading = images
        settings.trainer = trainer ?? .ultralytics
        settings.trainingSize = size ?? 640
        settings.condenses = !each
        settings.cachePath = noCache ? nil : CachePlace.path(of: dataset)
        return settings
    }

    private func correct() throws {
        let dataset = try DatasetArgument.open(input)
        let fixes = try LabelFixer.plan(
            dataset, splits: splits?.split(separator: ",").map(String.init), allowsGuesses: unsafeFixes,
            jobs: common.jobs, isCancelled: { Interruption.isRequested })
        let rows = fixes.reduce(0) { $0 + $1.rows.count }
        if diff { return Tool.output(LabelFixer.diff(fixes) + "\(rows) rows in \(fixes.count) files would change\n") }
        guard !fixes.isEmpty else { return Tool.output("nothing to correct\n") }
        let backup = try LabelFixer.apply(fixes, root: dataset.root)
        Tool.output(
            "\(rows) rows in \(fixes.count) files corrected; the files as they were: \(backup)\n"
                + "take it back with: assay-labels undo \(input)\n")
    }

    private func report(_ all: [Finding], root: String, headline: String, failOn: Severity) throws {
        let selection = FindingSelection(select: list(select), ignore: list(ignore))
        var findings = all.filter(selection.keeps)
        if let writeBaseline {
            let made = Baseline(findings, root: root)
            try made.write(to: writeBaseline)
            return Tool.output("\(writeBaseline): \(made.count) findings; use it with --baseline \(writeBaseline)\n")
        }
        if let baseline { findings = try Baseline.read(baseline).new(in: findings, root: root) }
        let names = Dictionary(uniqueKeysWithValues: RuleRegistry.documentation.map { ($0.code, $0.name) })
        if statistics {
            Tool.output(Self.table(findings, names))
        } else {
            let shown = Array(findings.prefix(maxFindings ?? .max))
            var rows = RowTexts(root: root)
            Tool.output(
                FindingReporter.render(
                    shown, as: format, colour: Terminal.hasColour, ruleNames: names, row: { rows.text(of: $0) }))
            if format == .text, shown.count < findings.count {
                Tool.output("… and \(findings.count - shown.count) more\n")
            }
        }
        if format == .text {
            Tool.output(headline)
            let counts = Severity.allCases.reversed().map { severity in
                "\(findings.count { $0.severity == severity }) \(severity.rawValue)s"
            }
            Tool.output(counts.joined(separator: ", ") + "\n")
        }
        if findings.contains(where: { $0.severity >= failOn }) { throw ExitStatus.findings }
    }

    /// The most frequent rule first.
    private static func table(_ findings: [Finding], _ names: [String: String]) -> String {
        var counts: [String: (count: Int, worst: Severity)] = [:]
        for finding in findings {
            let known = counts[finding.code] ?? (0, finding.severity)
            counts[finding.code] = (known.count + 1, max(known.worst, finding.severity))
        }
        return counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map { code, entry in
            let count = String(entry.count)
            return String(repeating: " ", count: max(0, 8 - count.count)) + count
                + "  \(code)  \(entry.worst.rawValue)  \(names[code] ?? "")\n"
        }.joined()
    }
}

struct Card: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a dataset consists of: counts by split and class, sizes, shapes, places.")

    enum Form: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(help: "A data.yaml, or a plan.", completion: .file())
    var input: String

    @Option(help: "text or json.")
    var format = Form.text

    @Option(help: "Side of the training square in pixels.")
    var size = 640

    @Option(help: "Splits, for example train,val (default: all).")
    var splits: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(32...8192).contains(size) { throw ValidationError("--size must be from 32 to 8192") }
    }

    func run() throws {
        let dataset = try DatasetArgument.open(input)
        var settings = CheckSettings()
        settings.splits = splits?.split(separator: ",").map(String.init)
        settings.reading = .header
        settings.trainingSize = size
        let result = try LabelCheck.run(
            dataset, settings: settings, jobs: common.jobs, isCancelled: { Interruption.isRequested })
        let card = ProfileCard(result.profile, dataset: dataset, trainingSize: size)
        Tool.output(format == .json ? card.json : card.text)
    }
}

struct Verdicts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a trainer makes of each image and label row, as JSON lines.")

    @Argument(help: "A data.yaml, or a plan.", completion: .file())
    var input: String

    @Option(help: "Whose: ultralytics, ultralytics-old, yolov5, yolov7 or darknet.")
    var trainer = Trainer.ultralytics

    @Option(help: "Splits, for example train,val (default: all).")
    var splits: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let dataset = try DatasetArgument.open(input)
        let samples = try dataset.listSamples(splits: splits?.split(separator: ",").map(String.init)).samples
        let trainer = trainer
        let lines = try WorkerPool.map(
            count: samples.count, jobs: common.jobs, isCancelled: { Interruption.isRequested }, makeState: { () },
            { _, index in SampleVerdict(samples[index], dataset: dataset, trainer: trainer).json + "\n" })
        Tool.output(lines.joined())
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

struct Undo: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take back the last --fix of a dataset.")

    @Argument(help: "A data.yaml, or a plan.", completion: .file())
    var input: String

    func run() throws {
        let outcome = try LabelBackup.undo(root: try DatasetArgument.open(input).root)
        Tool.output("\(outcome.restored.count) files restored\n")
        guard !outcome.changed.isEmpty else { return }
        Tool.output(outcome.changed.map { "changed since, left alone: \($0)\n" }.joined())
        throw ExitStatus.findings
    }
}

/// The dataset that an argument names: itself, or a plan's.
enum DatasetArgument {
    static func open(_ input: String) throws -> Dataset {
        switch try AuditInput.open(input) {
        case .dataset(let path): try Dataset.open(path)
        case .plan(let path): try Dataset.open(try PlanFile.load(path).settings.dataset)
        }
    }
}
