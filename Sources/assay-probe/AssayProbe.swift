import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import Foundation
import ProbeTraining
import YOLODataset
import YOLOModel

@main struct AssayProbeMain {
    static func main() { Tool.main(AssayProbe.self) }
}

extension TrainingOptions.Method: ExpressibleByArgument {}

struct AssayProbe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-probe",
        abstract:
            "Train small models on parts of a dataset, so that each image can be judged by one that has not seen it.",
        discussion: """
            Writes fold1.safetensors …, folds.csv and steps.csv into --output; then: assay-toxic data.yaml --probe FOLDER. \
            A run that was cut short goes on where it was, with the same bits.
            Exit status: 0 trained, 2 wrong usage or environment.
            """,
        version: assayVersion)

    @Argument(help: "A data.yaml, or a plan.", completion: .file())
    var input: String

    @Option(help: "A folder for the models (a plan has its own).", completion: .directory)
    var output: String?

    @Option(help: "Pretrained YOLOv5 weights, for example yolov5n.pt (default: from scratch).", completion: .file())
    var weights: String?

    @Option(help: "The size of a model from scratch: yolov5n, yolov5s, yolov5m, yolov5l or yolov5x.")
    var model = "yolov5n"

    @Option(help: "Side of the image in pixels.")
    var size = 320

    @Option(help: "Epochs of each fold.")
    var epochs = 40

    @Option(help: "Number of folds.")
    var folds = 3

    @Option(help: "Splits to learn from and to judge.")
    var splits = "train,val"

    @Option(help: "The time that training may take, such as 10m: decides size (up to --size) and epochs.")
    var budget: String?

    @Option(help: "Images of one batch.")
    var batch = 16

    @Option(help: "Batches of one step.")
    var accumulate = 1

    @Option(help: "adamw or sgd.")
    var optimizer = TrainingOptions.Method.adamW

    @Option(help: "Learning rate (default: 0.002 for adamw, 0.01 for sgd).")
    var rate: Double?

    @Option(help: "Gradients are scaled down to this norm; 0 switches clipping off.")
    var clip = 10.0

    @Option(help: "Epochs of the warm-up.")
    var warmUp = 3.0

    @Option(help: "Probability that four images share a view; none do in the last quarter of the epochs.")
    var mosaic = 0.5

    @Option(help: "Probability of turning an image upside down.")
    var flipud = 0.0

    @Flag(help: "Train neck and head alone.")
    var freezeBackbone = false

    @Flag(help: "Images of half the size in the first half of the epochs.")
    var growImageSize = false

    @Option(
        help: "Gains of the loss and weights of what is there, such as cls=1,obj_pw=2 (box, obj, cls, obj_pw, cls_pw).")
    var gains: String?

    @Option(help: "Anchors in pixels of the training image, w,h,… (default: those of the weights).")
    var anchors: String?

    @Option(help: "Seed of folds, order, views and the new head.")
    var seed: UInt64 = 0

    @Option(help: "onednn or reference (default: the fastest of this build).")
    var backend: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (32...4096).contains(size) else { throw ValidationError("--size must be from 32 to 4096") }
        guard (1...10_000).contains(epochs) else { throw ValidationError("--epochs must be from 1 to 10000") }
        guard (2...20).contains(folds) else { throw ValidationError("--folds must be from 2 to 20") }
        guard (1...1024).contains(batch) else { throw ValidationError("--batch must be from 1 to 1024") }
        guard (1...1024).contains(accumulate) else { throw ValidationError("--accumulate must be from 1 to 1024") }
        guard rate.map({ $0 > 0 && $0.isFinite }) ?? true else { throw ValidationError("--rate must be positive") }
        guard clip >= 0, clip.isFinite else { throw ValidationError("--clip must be 0 or more") }
        guard (0...1).contains(mosaic), (0...1).contains(flipud) else {
            throw ValidationError("--mosaic and --flipud are probabilities: from 0 to 1")
        }
        guard StandardModels.names.contains(model) else {
            throw ValidationError("--model must be one of \(StandardModels.names.joined(separator: ", "))")
        }
        if let budget, ProbeSettings.seconds(parsing: budget) == nil {
            throw ValidationError("--budget must be a time such as 10m, 90s or 1.5h")
        }
    }

    func run() throws {
        let progress = ProgressLine("assay-probe", quiet: common.quiet)
        switch try AuditInput.open(input) {
        case .plan(let path): try runPlan(path, progress)
        case .dataset(let path): try runDataset(path, progress)
        }
    }

    private func runPlan(_ path: String, _ progress: ProgressLine) throws {
        let outcome = try ProbeStage.run(
            plan: path, jobs: common.jobs, isCancelled: { Interruption.isRequested },
            progress: { progress.update($0, of: $1) })
        if case .unchanged = outcome { Tool.note("probe: unchanged", quiet: common.quiet) }
        let plan = try PlanFile.load(path)
        func value(_ key: String) -> String { plan.summary(.probe, key)?.string ?? "–" }
        Tool.output(
            "probe: \(value("folds")) folds of \(value("images")) images, \(value("epochs")) epochs at \(value("image_size")) "
                + "px, loss \(value("loss"))\n")
        for sentence in plan.summary(.probe, "diagnoses")?.sequence ?? [] { Tool.output("\(sentence.string ?? "")\n") }
    }

    private func runDataset(_ path: String, _ progress: ProgressLine) throws {
        guard let output else { throw ValidationError("--output is needed: a folder for the models") }
        var settings = ProbeSettings()
        settings.weights = weights.map { Paths.absolute($0) }
        settings.model = model
        settings.splits = splits.split(separator: ",").map(String.init)
        settings.folds = folds
        settings.size = size
        settings.epochs = epochs
        settings.batch = batch
        settings.accumulation = accumulate
        settings.optimizer = optimizer
        settings.rate = rate
        settings.clipNorm = clip
        settings.warmUpEpochs = warmUp
        settings.freezesBackbone = freezeBackbone
        settings.growsImageSize = growImageSize
        settings.mosaic = mosaic
        settings.upsideDown = flipud
        settings.hyperparameters.set(gains: try parsedGains())
        settings.budget = budget.flatMap(ProbeSettings.seconds)
        settings.seed = seed
        settings.backend = backend
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        let digest = try weights.map { try ContentDigest.ofFile($0).hex } ?? "none"
        let result = try ProbeRun.run(
            try Dataset.open(path), settings: settings, anchors: try levels(), statePath: output + "/state.safetensors",
            identity: "\(assayVersion) \(path) \(digest) \(anchors ?? "")", jobs: common.jobs,
            isCancelled: { Interruption.isRequested }, progress: { progress.update($0, of: $1) })
        for file in try result.files() { try AtomicFile.write(file.bytes, to: output + "/" + file.name) }
        let loss = (result.lastLoss.total * 1e5).rounded() / 1e5
        let clipped = (result.clippedShare * 1000).rounded() / 10
        Tool.output(
            "\(folds) folds of \(result.split.samples.count) images (\(result.split.groupedImages) of them duplicates or near-duplicates, kept together), "
                + "\(result.settings.epochs) epochs at \(result.settings.size) px\n"
                + "loss of the last epoch \(loss), \(clipped) % of the steps clipped\n")
        for sentence in result.diagnoses { Tool.output(sentence + "\n") }
        if !result.split.unreadable.isEmpty {
            Tool.output("\(result.split.unreadable.count) images could not be decoded: assay-labels names them\n")
        }
        Tool.output("now: assay-toxic \(path) --probe \(output)\n")
    }

    private func parsedGains() throws -> [String: Double] {
        var found: [String: Double] = [:]
        for entry in (gains ?? "").split(separator: ",") {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, ["box", "obj", "cls", "obj_pw", "cls_pw"].contains(parts[0]),
                let value = Double(parts[1]), value >= 0, value.isFinite
            else { throw ValidationError("--gains “\(entry)” is not name=number with box, obj, cls, obj_pw or cls_pw") }
            found[parts[0]] = value
        }
        return found
    }

    private func levels() throws -> [[(width: Double, height: Double)]]? {
        guard let anchors else { return nil }
        let values = anchors.split(separator: ",").compactMap { Double($0) }
        guard values.count == 18, values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw ValidationError("--anchors must be nine pairs w,h,… of positive numbers")
        }
        return (0..<3).map { level in
            (0..<3).map { (width: values[6 * level + 2 * $0], height: values[6 * level + 2 * $0 + 1]) }
        }
    }
}
