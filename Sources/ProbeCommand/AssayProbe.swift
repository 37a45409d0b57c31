import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import ProbeTraining
import TextForms
import ToolOptions

/// The executable `assay-probe`.
public enum ProbeTool: ToolEntry {
    public static let name = "assay-probe"
    public static func start(_ arguments: [String]) -> Never { Tool.main(AssayProbe.self, arguments: arguments) }
}

struct AssayProbe: PlanCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-probe",
        abstract:
            "Train small models on parts of a dataset, so that each image can be judged by one that has not seen it.",
        discussion: """
            Writes fold1.safetensors …, folds.csv, steps.csv and quality.csv into --output; then: assay-toxic data.yaml --probe FOLDER. \
            A run that was cut short goes on where it was, with the same bits. With a plan, options override the settings \
            of its block “probe”.
            Exit status: 0 trained, 2 wrong usage or environment.
            """,
        version: Tool.version)

    static let stage = StageName.probe

    @Argument(help: inputHelp, completion: .file())
    var input: String?

    @Option("A folder for the models (a plan has its own).")
    var output: InputFile?

    @OptionGroup(title: "How it is trained (in a plan: the block “probe”)") var options: ProbeOptions

    @OptionGroup var torch: TorchOption

    @Option("The form of the result.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() throws {
        let given = GivenOptions(of: Self.self)
        if options.weights != nil {
            try given.refuse(["model"], "with --weights, which have a size of their own; leave one out")
        }
        switch try AuditInput.open(input, saying: common) {
        case .plan(let path):
            try given.refuse(["output"], "with a plan, which has a folder of its own; leave it out")
            try runPlan(path)
        case .dataset(let path): try runDataset(path)
        }
    }

    private func runPlan(_ path: String) throws {
        let session = common.session()
        let options = try Self.merged(with: try PlanFile.load(path)).options
        try torch.check([options.backend])
        if options.weights != nil, options.model != ProbeOptions.defaultModel {
            common.note("note: the probe's model changes nothing: its weights have a size of their own")
        }
        let outcome = try StageRunner.run(ProbeStage.self, plan: path, session: session) {
            try Self.merged(with: $0).options
        }
        if case .unchanged = outcome { common.note("probe: unchanged") }
        try Tool.show(
            ProbeStage.output(try PlanFile.load(path), options, session, as: format.plain), .probe, as: format)
    }

    private func runDataset(_ path: String) throws {
        guard let output = output?.path else { throw ValidationError("--output is needed: a folder for the models") }
        try torch.check([options.backend])
        let session = common.session()
        let dataset = try session.dataset(path)
        let settings = try options.settings(dataset)
        var identity = DigestBuilder()
        identity.update(field: assayVersion)
        identity.update(field: try session.state(of: dataset).hex)
        try session.add(options.contents, to: &identity)
        options.choice.identity.add(to: &identity)
        session.tell(options.choice)
        let result = try ProbeRun.run(
            dataset, settings: settings, anchors: options.anchors?.levels, statePath: output + "/state.safetensors",
            identity: identity.finish().hex, jobs: session.jobs, isCancelled: session.isCancelled,
            progress: session.progress(of: .probe))
        for file in try result.files() { try AtomicFile.write(file.bytes, to: output + "/" + file.name) }
        let summary = ProbeSummary(result)
        if let note = summary.timeNote { session.note(note) }
        switch format {
        case .text: Tool.output("\(TerminalText(written: summary.text))now: assay-toxic \(path) --probe \(output)\n")
        case .json, .jsonV2: Tool.output(json: summary.json, .probe, hasEnvelope: format == .jsonV2)
        }
    }
}
