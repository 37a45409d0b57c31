import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import Findings
import LabelRules
import TextForms
import ToolOptions
import YOLODataset

struct Check: PlanCommand {
    // Named, though its type says as much: the dump of the help tells a default subcommand by this name alone.
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a dataset, or the dataset of a plan.")
    static let stage = StageName.labels

    @Argument(help: inputHelp, completion: .file())
    var input: String?

    @OptionGroup(title: "How it is checked (in a plan: the block “labels”)") var options: LabelOptions

    @Option("How findings are printed.")
    var format = FindingFormat.text

    @Flag(help: "The same as --no-condense: report each finding, also of an error that most label files have.")
    var each = false

    @Flag(help: "Read every file, and keep nothing for the next run.")
    var noCache = false

    @Option("Write all findings into a baseline, and exit with 0.")
    var writeBaseline: InputFile?

    @Option("Print at most so many findings; the counts are of all.")
    var maxFindings: ShownCount?

    @Flag(help: "Print how often each rule was broken, instead of each finding.")
    var statistics = false

    @Flag(help: "Correct what is safe: spills of rounding, exact copies, boxes without area. Copies are kept: undo.")
    var fix = false

    @Flag(help: "Also correct what needs a decision: pixels, corners, large overshoots, boxes outside, a sixth column.")
    var unsafeFixes = false

    @Flag(help: "Show what --fix or --unsafe-fixes would change, and change nothing.")
    var diff = false

    @Option(
        "The repository's root, from which sarif, github and gitlab count paths.",
        otherwise: "the nearest folder upwards with .git")
    var repository: InputFile?

    @OptionGroup var workingFolder: WorkingFolderOption
    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func run() throws {
        idle.say(common)
        let given = GivenOptions(of: Self.self)
        if fix || unsafeFixes || diff {
            try given.allow(
                only: ["fix", "unsafe-fixes", "diff", "splits", "no-cache"], "while labels are corrected; leave it out")
        }
        if writeBaseline != nil {
            try given.refuse(
                ["baseline", "format", "fail-on", "max-findings", "statistics"],
                "with --write-baseline, which writes every finding; leave it out")
        }
        if repository != nil, !format.isOfRepository {
            try given.refuse(["repository"], "with --format \(format): sarif, github and gitlab name paths by it")
        }
        if statistics { try given.refuse(["max-findings"], "with --statistics, which counts; leave one out") }
        switch try AuditInput.open(input, saying: common) {
        case .dataset(let path): try check(path)
        case .plan(let path):
            try given.refuse(["no-cache", "working-directory"], "with a plan; check its data.yaml instead")
            try Self.merged(with: try PlanFile.load(path)).checkPlan(path)
        }
    }

    private func check(_ path: String) throws {
        let session = common.session()
        let dataset = try session.dataset(
            path, readBy: options.reader.trainer, startedIn: try workingFolder.place())
        if fix || unsafeFixes || diff { return try correct(session, path) }
        let (result, findings) = try checked(session, dataset)
        try report(findings, root: dataset.root, headline: LabelHeadline.text(result, dataset))
    }

    private func checkPlan(_ path: String) throws {
        let session = common.session()
        let dataset = try session.dataset(.plan(path))
        if fix || unsafeFixes || diff { return try correct(session, dataset.yamlPath) }
        let outcome = try StageRunner.run(LabelsStage.self, plan: path, session: session) {
            try Self.merged(with: $0).effective
        }
        if case .unchanged = outcome { common.note("labels: unchanged") }
        try report(try Ledger(try PlanFile.load(path).ledgerPath).findings(), root: dataset.root)
    }

    /// The settings, with the old spelling of one.
    private var effective: LabelOptions {
        var options = options
        if each { options.condense = false }
        return options
    }

    private func report(_ findings: [Finding], root: String, headline: TerminalText = "") throws {
        if let writeBaseline {
            let made = Baseline(findings, root: root)
            try made.write(to: writeBaseline.path)
            return Tool.output(
                "\(writeBaseline): \(Counted.text(made.count, "finding")); use it with --baseline \(writeBaseline)\n")
        }
        let sheet = FindingSheet(
            findings, root: root, failOn: options.failOn, version: assayVersion,
            repository: try repository.map { try Folders.existing($0.path) })
        let text = sheet.text(
            as: format, colour: Terminal.hasColour, most: maxFindings?.value ?? .max, countsOnly: statistics,
            headline: headline)
        if format == .jsonV2, !statistics {
            Tool.output(json: text.text, .findings, hasEnvelope: true)
        } else {
            Tool.output(text)
        }
        if sheet.hasFindings { throw ExitStatus.findings }
    }

    private func correct(_ session: AuditSession, _ path: String) throws {
        let dataset = try session.dataset(path)
        let fixes = try LabelFixer.plan(
            dataset, splits: try options.parts.names(in: dataset), allowsGuesses: unsafeFixes, jobs: session.jobs,
            isCancelled: session.isCancelled)
        let rows = fixes.reduce(0) { $0 + $1.rows.count }
        if diff {
            return Tool.output(
                "\(LabelFixer.diff(fixes))\(Counted.text(rows, "row")) in \(Counted.text(fixes.count, "file")) would change\n"
            )
        }
        if fixes.isEmpty {
            Tool.output("nothing to correct\n")
        } else {
            let backup = try LabelFixer.apply(fixes, root: dataset.root)
            Tool.output(
                """
                \(Counted.text(rows, "row")) in \(Counted.text(fixes.count, "file")) corrected; the files as they were: \(backup)
                take it back with: assay-labels undo \(shownInput(path))

                """)
        }
        let left = try checked(session, try session.dataset(path), condensed: false).findings.count {
            $0.severity >= options.failOn
        }
        guard left > 0 else { return }
        let what = options.failOn == .error ? "errors" : "findings from \(options.failOn) on"
        Tool.output(
            "\(left) \(what) are left, which this does not mend; to see them: assay-labels \(shownInput(path))\n")
        throw ExitStatus.findings
    }

    /// The dataset as the person named it, or would.
    private func shownInput(_ path: String) -> String {
        ShellWord.quoted(input ?? Paths.relative(Paths.absolute(path), to: Paths.absolute("")))
    }

    /// The check of a dataset, and what it found but for what is not asked for.
    private func checked(
        _ session: AuditSession, _ dataset: Dataset, condensed: Bool = true
    ) throws -> (result: LabelCheckResult, findings: [Finding]) {
        var options = effective
        if !condensed { options.condense = false }
        let result = try LabelCheck.run(
            dataset, settings: try options.settings(dataset, cachePath: noCache ? nil : CachePlace.path(of: dataset)),
            jobs: session.jobs, isCancelled: session.isCancelled, progress: session.progress(of: .labels))
        let findings = result.findings.filter(options.selection.keeps)
        guard let baseline = options.baseline else { return (result, findings) }
        return (result, try Baseline.read(baseline.path).new(in: findings, root: dataset.root))
    }
}
