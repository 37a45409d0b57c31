import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import ToolOptions
import ToxicRanking

struct Rank: PlanCommand {
    static let configuration = CommandConfiguration(abstract: "Rank the images of a dataset, or of a plan.")

    enum Format: String, SettingWord { case text, csv, json }

    static let stage = StageName.toxic

    @Argument(help: "A data.yaml, a plan, or the folder of one.", completion: .file())
    var input = "."

    @OptionGroup(title: "How it is ranked (in a plan: the block “toxic”)") var options: RankingOptions

    @OptionGroup var architecture: ModelYAMLOption

    @Option("The folder of a probe: each image is judged by the model that has not seen it (a plan has its own).")
    var probe: InputFile?

    @Option("The form of the result.")
    var format = Format.text

    @Option("A folder for images.csv, boxes.csv, suspicions.csv and predictions.csv (a plan has its own).")
    var output: InputFile?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let given = GivenOptions(of: Self.self)
        if format != .text { try given.refuse(["top"], "with --format \(format), which holds every row; leave it out") }
        switch try AuditInput.open(input) {
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
        let outcome = try StageRunner.run(ToxicStage.self, plan: path, session: session) {
            try Self.merged(with: $0).options
        }
        if case .unchanged = outcome { common.note("toxic: unchanged") }
        let plan = try PlanFile.load(path)
        let shown = try ToxicStage.output(plan, options, session, as: format == .json ? .json : .text)
        guard format == .csv, outcome.result.status == .done else { return try Tool.show(shown) }
        try Tool.show(StageOutput(written: try plan.output("images.csv"), hasFindings: shown.hasFindings))
    }

    private func runDataset(_ path: String) throws {
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
                try AtomicFile.write(file.text, to: output + "/" + file.name)
            }
        }
        switch format {
        case .text: Tool.output(ToxicTable.text(result, top: options.top.value))
        case .csv: Tool.output(written: ToxicWriter.csv(result.images))
        case .json: Tool.output(written: ToxicWriter.json(result.images))
        }
        if result.images.contains(where: { $0.problem != nil }) { throw ExitStatus.findings }
    }
}

/// The architecture of weights that come without one.
struct ModelYAMLOption: ParsableArguments {
    @Option("The model YAML, for weights that come without their architecture.")
    var modelYaml: InputFile?
}
