import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import Foundation
import Imaging
import NeuralKernels
import ProbeTraining
import ToxicRanking
import YOLODataset
import YOLOModel

@main struct AssayToxicMain {
    static func main() { Tool.main(AssayToxic.self) }
}

struct AssayToxic: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-toxic", abstract: "Rank images by loss and by gradient, the most harmful first.",
        discussion: "Exit status: 0 ranked, 1 some images have no finite loss, 2 wrong usage or environment.",
        version: assayVersion, subcommands: [Rank.self, Evaluate.self, Model.self], defaultSubcommand: Rank.self)
}

struct Rank: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Rank the images of a dataset, or of a plan.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, csv, json }

    @Argument(help: "A data.yaml, or a plan.", completion: .file())
    var input: String

    @Option(
        help: "A checkpoint trained on this dataset: .pt or .safetensors (a plan has its own).", completion: .file())
    var weights: String?

    @Option(help: "The model YAML, for weights that come without their architecture.", completion: .file())
    var modelYaml: String?

    @Option(
        help: "The folder of a probe: each image is judged by the model that has not seen it.", completion: .directory)
    var probe: String?

    @Option(help: "Side of the image in pixels (a plan and a probe have their own; default: 640).")
    var size: Int?

    @Option(help: "Splits to rank, for example train,val (a plan has its own).")
    var splits = "train,val"

    @Option(help: "text, csv or json.")
    var format = Format.text

    @Option(help: "Rows of the text table.")
    var top = 20

    @Option(help: "Seed of the gradient sketch (a plan has its own).")
    var seed: UInt64 = 0

    @Option(
        help: """
            full, head (of the head alone) or none (ranked by probability); the latter two take half to two thirds of the time \
            (a plan has its own).
            """)
    var gradient = GradientReach.full

    @Option(
        help: """
            single, or bfloat16 for gradients, where the CPU has the instructions: 1.1 to 1.2 times as fast; losses stay as \
            they are, gradient norms change in the third digit (a plan has its own).
            """)
    var precision = Precision.single

    @OptionGroup var judging: JudgingOptions

    @Flag(help: "Gradient figures of each image's share of the dataset's loss, instead of its loss as a batch of one.")
    var gradientOfShare = false

    @Option(help: "Order of the images: toxicity, loss, gradient or probability.")
    var sort = ImageOrder.toxicity

    @Option(help: "A folder for images.csv, boxes.csv, suspicions.csv and predictions.csv.", completion: .directory)
    var output: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let size, !(32...8192).contains(size) { throw ValidationError("--size must be from 32 to 8192") }
        guard top > 0 else { throw ValidationError("--top must be positive") }
    }

    func run() throws {
        let progress = ProgressLine("assay-toxic", quiet: common.quiet)
        switch try AuditInput.open(input) {
        case .plan(let path): try runPlan(path, progress)
        case .dataset(let path): try runDataset(path, progress)
        }
    }

    private func runPlan(_ path: String, _ progress: ProgressLine) throws {
        let outcome = try ToxicStage.run(
            plan: path, jobs: common.jobs, isCancelled: { Interruption.isRequested },
            progress: { progress.update($0, of: $1) })
        if case .unchanged = outcome { Tool.note("toxic: unchanged", quiet: common.quiet) }
        let plan = try PlanFile.load(path)
        guard outcome.result.status == .done else {
            Tool.output("toxic: \(plan.summary(.toxic, "reason")?.string ?? "blocked")\n")
            return
        }
        switch format {
        case .text:
            for row in try Ledger(plan.ledgerPath).imageLosses().prefix(plan.settings.toxic.top) {
                let loss = row.loss.map { "\(($0 * 10_000).rounded() / 10_000)" } ?? "–"
                Tool.output("\(row.rank). \(row.image)  loss \(loss)  \(row.reason)\n")
            }
        case .csv, .json:
            Tool.output(
                String(
                    decoding: try FileReading.bytes(ofFile: plan.outputFolder + "/images.\(format.rawValue)"),
                    as: UTF8.self))
        }
        if plan.summary(.toxic, "problems")?.int ?? 0 > 0 { throw ExitStatus.findings }
    }

    private func runDataset(_ path: String, _ progress: ProgressLine) throws {
        let dataset = try Dataset.open(path)
        var options = ToxicOptions()
        options.imageSize = size ?? 640
        let models: ToxicModels
        if let probe {
            guard weights == nil else { throw ValidationError("give either --weights or --probe") }
            let folder = try ProbeFolder.read(probe)
            models = ToxicModels(folder.models, folds: folder.folds, traces: folder.traces)
            options.imageSize = size ?? folder.imageSize
        } else if let weights {
            models = ToxicModels(try DetectionModel.load(checkpoint: weights, yamlPath: modelYaml))
        } else {
            throw ValidationError(
                "--weights or --probe is needed: a checkpoint trained on this dataset, or the folder of assay-probe")
        }
        for model in models.models {
            try ToxicRun.check(model, weights: weights ?? probe ?? "", dataset: dataset, imageSize: options.imageSize)
        }
        options.splits = splits.split(separator: ",").map(String.init)
        options.seed = seed
        options.jobs = common.jobs
        judging.set(&options)
        options.precision = precision
        options.gradientOfShare = gradientOfShare
        options.gradient = gradient
        var result = try ToxicRun.run(
            models, dataset: dataset, options: options, isCancelled: { Interruption.isRequested },
            progress: { progress.update($0, of: $1) })
        result.images = ToxicOrder.sorted(result.images, by: sort)
        if let output {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
            try AtomicFile.write(ToxicWriter.csv(result.images), to: output + "/images.csv")
            try AtomicFile.write(ToxicWriter.boxesCSV(result.images), to: output + "/boxes.csv")
            try AtomicFile.write(
                ToxicWriter.suspicionsCSV(result.suspicions.suspicions), to: output + "/suspicions.csv")
            try AtomicFile.write(result.advice.yaml, to: output + "/hyp.suggested.yaml")
            try AtomicFile.write(ToxicWriter.predictionsCSV(result.predictions), to: output + "/predictions.csv")
        }
        switch format {
        case .text: Tool.output(ToxicWriter.table(result, top: top))
        case .csv: Tool.output(ToxicWriter.csv(result.images))
        case .json: Tool.output(ToxicWriter.json(result.images))
        }
        if result.images.contains(where: { $0.problem != nil }) { throw ExitStatus.findings }
    }
}

extension ImageOrder: ExpressibleByArgument {}
extension GradientReach: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension DetectionHead: ExpressibleByArgument {}
extension Letterbox.Outline: ExpressibleByArgument {}

/// How the networks that judge images compute, for every command that passes images.
struct JudgingOptions: ParsableArguments {
    @Option(help: "onednn or reference (default: the fastest of this build).")
    var backend: String?

    @Option(
        help: """
            square, rectangle (the smallest that fits; faster, with less grey around the image), or validation (half a \
            stride more, as trainers validate). Losses change: there are fewer cells.
            """)
    var letterbox = Letterbox.Outline.square

    func set(_ options: inout ToxicOptions) {
        options.backend = backend
        options.outline = letterbox
    }
}

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Precision, recall and average precision by class; consistency of an image's predictions.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, csv }

    @Argument(help: "A data.yaml.", completion: .file())
    var dataset: String

    @Option(help: "A checkpoint trained on this dataset: .pt or .safetensors.", completion: .file())
    var weights: String

    @Option(help: "The model YAML, for weights that come without their architecture.", completion: .file())
    var modelYaml: String?

    @Option(help: "Side of the image in pixels.")
    var size = 640

    @Option(help: "Splits to evaluate on.")
    var splits = "val"

    @Option(help: "Boxes of one class that overlap by more than this are one (default: 0.6 for YOLOv5, else 0.7).")
    var iou: Double?

    @Option(
        help: """
            Of YOLOv10: one2one (no suppression, as it is deployed, and as Ultralytics up to 8.3 validates) or one2many \
            (with suppression, as Ultralytics 8.4 validates unless told otherwise).
            """)
    var head = DetectionHead.one2one

    @Flag(help: "Also pass each image mirrored and at three quarters of the size, and say how far predictions change.")
    var consistency = false

    @Option(help: "text, json, or csv: a row an image.")
    var format = Format.text

    @OptionGroup var judging: JudgingOptions

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (32...8192).contains(size) else { throw ValidationError("--size must be from 32 to 8192") }
        if let iou, !(0...1).contains(iou) { throw ValidationError("--iou must be from 0 to 1") }
    }

    func run() throws {
        let dataset = try Dataset.open(dataset)
        let model = try DetectionModel.load(checkpoint: weights, yamlPath: modelYaml)
        try ToxicRun.check(model, weights: weights, dataset: dataset, imageSize: size)
        var options = ToxicOptions()
        options.imageSize = size
        options.splits = splits.split(separator: ",").map(String.init)
        options.jobs = common.jobs
        judging.set(&options)
        var detection = DetectionOptions()
        detection.overlap = iou ?? (model.family == .v5 ? 0.6 : 0.7)
        detection.head = head
        let progress = ProgressLine("assay-toxic", quiet: common.quiet)
        let evaluation = try Evaluation.run(
            model, dataset: dataset, options: options, detection: detection, checksConsistency: consistency,
            isCancelled: { Interruption.isRequested }, progress: { progress.update($0, of: $1) })
        switch format {
        case .text: Tool.output(EvaluationWriter.text(evaluation, dataset))
        case .json: Tool.output(EvaluationWriter.json(evaluation, dataset))
        case .csv: Tool.output(EvaluationWriter.csv(evaluation))
        }
        if evaluation.unreadable > 0 { throw ExitStatus.findings }
    }
}

struct Model: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What is in a checkpoint: layers, parameters, anchors.")

    @Argument(help: "A checkpoint, or a model YAML.", completion: .file())
    var checkpoint: String

    @Option(help: "The model YAML, for weights that come without their architecture.", completion: .file())
    var modelYaml: String?

    @Flag(help: "Measure loss and full gradient, and say where the time goes, layer by layer.")
    var profile = false

    @Option(help: "Side of the image in pixels, for --profile.")
    var size = 640

    @Option(help: "Passes that are measured, for --profile.")
    var images = 10

    @Option(help: "single or bfloat16, for --profile.")
    var precision = Precision.single

    func validate() throws {
        guard (32...8192).contains(size) else { throw ValidationError("--size must be from 32 to 8192") }
        guard (1...10_000).contains(images) else { throw ValidationError("--images must be from 1 to 10000") }
    }

    func run() throws {
        let model = try DetectionModel.load(checkpoint: checkpoint, yamlPath: modelYaml)
        guard profile else { return Tool.output(ModelTable.text(model)) }
        Tool.output(try ModelProfile.text(model, size: size, images: images, precision: precision))
    }
}
