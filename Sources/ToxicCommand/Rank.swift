import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import TextForms
import ToolOptions
import ToxicRanking

struct Rank: PlanCommand {
    // Named, though its type says as much: the dump of the help tells a default subcommand by this name alone.
    static let configuration = CommandConfiguration(
        commandName: "rank", abstract: "Rank the images of a dataset, or of a plan.")

    enum Format: String, SettingWord {
        case text, csv, json
        case jsonV2 = "json-v2"
    }

    static let stage = StageName.toxic

    @Argument(help: inputHelp, completion: .file())
    var input: String?

    @OptionGroup(title: "How it is ranked (in a plan: the block “toxic”)") var options: RankingOptions

    @OptionGroup var architecture: ModelYAMLOption

    @Option("The folder of a probe: each image is judged by the model that has not seen it (a plan has its own).")
    var probe: InputFile?

    @OptionGroup var torch: TorchOption

    @Option("The form of the result.")
    var format = Format.text

    @Option("A folder for images.csv, boxes.csv, suspicions.csv and predictions.csv (a plan has its own).")
    var output: InputFile?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let given = GivenOptions(of: Self.self)
        if format != .text { try given.refuse(["top"], "with --format \(format), which holds every row; leave it out") }
        switch try AuditInput.open(input, saying: common) {
        case .plan(let path):
            try given.refuse(
                ["probe", "output", "model-yaml"], "with a plan, which has its own; use it on the data.yaml")
            try runPlan(path)
        case .dataset(let path):
            try given.refuse(["judge"], "without a plan: --probe or --weights say who judges; leave it out")
            try runDataset(path)
        }
    }

    private func runPlan(_ path: String) throws {
        let session = common.session()
        let options = try Self.merged(with: try PlanFile.load(path)).options
        try torch.check([options.passing.backend])
        let outcome = try StageRunner.run(ToxicStage.self, plan: path, session: session) {
            try Self.merged(with: $0).options
        }
        if case .unchanged = outcome { common.note("toxic: unchanged") }
        let plan = try PlanFile.load(path)
        let form = OutputFormat(rawValue: format.rawValue) ?? .text
        var shown = try ToxicStage.output(plan, options, session, as: form.plain)
        let gate = try SuspicionGate(plan, from: options.failOnSuspicions)
        // What nothing has judged fails a gate, too.
        shown.hasFindings = shown.hasFindings || gate.hasFindings
        if format != .text || outcome.result.status == .blocked { say(gate) }
        guard format == .csv, outcome.result.status == .done else { return try Tool.show(shown, .images, as: form) }
        try Tool.show(StageOutput(written: try plan.output("images.csv"), hasFindings: shown.hasFindings))
    }

    private func runDataset(_ path: String) throws {
        try torch.check([options.passing.backend])
        let session = common.session()
        let dataset = try session.dataset(path)
        let judge: RankingJudge
        switch (probe, options.model.weights) {
        case (.some, .some): throw ValidationError("give either --weights or --probe")
        case (let folder?, nil):
            if architecture.modelYaml != nil { throw ValidationError("--model-yaml has no effect with --probe") }
            judge = try RankingJudge(probe: folder.path)
        case (nil, let weights?):
            judge = try RankingJudge(weights: weights.path, modelYAML: architecture.modelYaml?.path)
        case (nil, nil):
            throw ValidationError(
                "--weights or --probe is needed: a checkpoint trained on this dataset, or the folder of assay-probe")
        }
        let result = try judge.rank(dataset, options, session, progress: session.progress(of: .toxic))
        if let output = output?.path {
            try Folders.make(output)
            for file in ToxicWriter.files(result) where file.name != "images.json" {
                try AtomicFile.write(to: output + "/" + file.name, file.write)
            }
        }
        switch format {
        case .text: Tool.output(ToxicTable.text(result, top: options.top.value))
        case .csv: Tool.output(written: ToxicWriter.csv(result.images))
        case .json, .jsonV2:
            Tool.output(json: ToxicWriter.json(result.images), .images, hasEnvelope: format == .jsonV2)
        }
        let gate = SuspicionGate(
            result.suspicions.shown.map(\.probability), from: options.failOnSuspicions)
        if format == .text { Tool.output(gate.line) } else { say(gate) }
        if gate.hasFindings || result.images.contains(where: { $0.problem != nil }) { throw ExitStatus.findings }
    }

    /// Why the exit status is what it is, where the output is for programs: on stderr, whatever --quiet says.
    private func say(_ gate: SuspicionGate) {
        if gate.hasFindings { Tool.note(TerminalText(written: String(gate.line.text.dropLast()))) }
    }
}

/// The architecture of weights that come without one.
struct ModelYAMLOption: ParsableArguments {
    @Option("The model YAML, for weights that come without their architecture.")
    var modelYaml: InputFile?
}
