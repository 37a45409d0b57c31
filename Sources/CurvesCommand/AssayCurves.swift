import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import Findings
import RunCurves
import TextForms
import ToolOptions

/// The executable `assay-curves`.
public enum CurvesTool: ToolEntry {
    public static let name = "assay-curves"
    public static func start(_ arguments: [String]) -> Never { Tool.main(AssayCurves.self, arguments: arguments) }
}

struct AssayCurves: PlanCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-curves", abstract: "Read a trainer's log as a good engineer would, and point at the data.",
        discussion: """
            Reads the folder of a run of Ultralytics, YOLOv5 or YOLOv7 (results.csv or results.txt, with args.yaml or \
            opt.yaml and hyp.yaml, and what the trainer said where it was kept as a .log), event files of TensorBoard, and \
            exports of Weights & Biases and MLflow as CSV. Several runs are compared. With a plan, the runs of its block \
            “curves” are read, and joined with what the audit found.

            Exit status: 0 healthy, 1 diagnoses, 2 wrong usage or environment.
            """, version: Tool.version)

    static let stage = StageName.curves

    @Argument(help: "Folders or logs of trainings; or a plan.", completion: .file())
    var inputs: [String]

    @OptionGroup(title: "What is read (in a plan: the block “curves”)") var options: CurveOptions

    @Option("The data.yaml of the runs.", otherwise: "the one that their settings name")
    var data: InputFile?

    @Option("The plan of an audit of the same data, whose findings are joined.")
    var audit: InputFile?

    @Option("How diagnoses are printed.")
    var format = FindingFormat.text

    @Option("Draw the curves into FILE.svg or FILE.png.")
    var plot: InputFile?

    @Flag(inversion: .prefixedNo, help: "Draw each curve in the text.")
    var sparklines = true

    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    func validate() throws {
        if let plot, !["svg", "png"].contains(Paths.suffix(of: plot.path).lowercased()) {
            throw ValidationError("--plot takes a file that ends in .svg or .png")
        }
    }

    func run() throws {
        idle.say(common)
        let given = GivenOptions(of: Self.self)
        if format != .text { try given.refuse(["sparklines", "no-sparklines"], "without --format text") }
        if inputs.count == 1, let plan = Self.plan(inputs[0]) {
            try given.refuse(
                ["data", "audit", "plot", "sparklines", "no-sparklines"],
                "with a plan, whose stage joins its own dataset and writes curves.svg")
            return try runStage(plan)
        }
        try given.refuse(["runs"], "without a plan; name the runs as arguments")
        try review()
    }

    /// The plan that an argument is; nil for a run.
    private static func plan(_ path: String) -> String? {
        guard ["yaml", "yml"].contains(Paths.suffix(of: path).lowercased()),
            case .plan(let plan) = try? AuditInput.open(path)
        else { return nil }
        return plan
    }

    private func runStage(_ path: String) throws {
        let session = common.session()
        let outcome = try StageRunner.run(CurvesStage.self, plan: path, session: session) {
            try Self.merged(with: $0).options
        }
        if case .unchanged = outcome { common.note("curves: unchanged") }
        let plan = try PlanFile.load(path)
        let options = try Self.merged(with: plan).options
        let bare = OutputFormat(rawValue: format.rawValue)
        let shown = try CurvesStage.output(plan, options, session, as: bare?.plain ?? .text)
        if let bare { return try Tool.show(shown, .curves, as: bare) }
        let paths = options.runs.paths
        let dataset = try session.dataset(plan.settings.dataset)
        let review = try RunReview(
            paths, data: dataset.yamlPath, audit: try AuditKnowledge(plan, try Ledger(plan.ledgerPath), dataset))
        Tool.output(FindingReporter.render(review.findings, as: format, tool: Self.tool))
        if shown.hasFindings { throw ExitStatus.findings }
    }

    private func review() throws {
        var known = AuditKnowledge()
        if let audit {
            let plan = try PlanFile.load(try AuditInput.openPlan(audit.path))
            known = try AuditKnowledge(
                plan, try Ledger(plan.ledgerPath), try common.session().dataset(plan.settings.dataset))
        }
        let review = try RunReview(inputs, data: data?.path, audit: known)
        if let plot { try RunChart(review.runs).write(to: plot.path) }
        switch format {
        case .text: Tool.output(review.text(isColoured: Terminal.hasColour, drawsCurves: sparklines))
        case .json, .jsonV2: Tool.output(json: review.json, .curves, hasEnvelope: format == .jsonV2)
        default: Tool.output(FindingReporter.render(review.findings, as: format, tool: Self.tool))
        }
        if review.reaches(options.failOn) { throw ExitStatus.findings }
    }

    private static var tool: FindingTool {
        FindingTool(
            version: assayVersion,
            rules: Dictionary(
                uniqueKeysWithValues: DiagnosisRegistry.documentation.map {
                    ($0.code, FindingTool.Rule(name: $0.name, help: "\($0.what)\n\n\($0.why)"))
                }))
    }
}
