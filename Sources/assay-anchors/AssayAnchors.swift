import AnchorFitting
import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import YOLODataset

@main struct AssayAnchorsMain {
    static func main() { Tool.main(AssayAnchors.self) }
}

struct AssayAnchors: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-anchors", abstract: "Measure the anchors in use, and find the best there are.",
        discussion: """
            A plan has settings of its own, in its block “anchors”; options that fit anchors are for a data.yaml alone.

            Exit status: 0 measured, 1 --check failed or --min-bpr cannot be had, 2 wrong usage or environment.
            """, version: assayVersion)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, yaml, darknet, mmyolo, mmdetection, paddledetection
    }

    @Argument(help: "A data.yaml, or a plan.", completion: .file())
    var input: String

    @OptionGroup(title: "What to fit") var fitting: FittingOptions

    @Option(
        name: [.customLong("model"), .customLong("weights")],
        help: "The model in use: a checkpoint, a model YAML or a darknet .cfg. Its anchors are the current ones.",
        completion: .file())
    var model: String?

    @Option(help: "The current anchors as w,h,w,h,… in pixels.")
    var anchors: String?

    @Option(
        help:
            "text, json, or what a trainer takes: yaml (YOLOv5, YOLOv7), darknet, mmyolo, mmdetection, paddledetection."
    )
    var format = Format.text

    @Option(
        help: "Write the new anchors into this model YAML or darknet .cfg (a copy NAME.bak is kept).",
        completion: .file())
    var write: String?

    @Option(help: "Draw sizes, anchors and strides into FILE.svg or FILE.png.", completion: .file())
    var plot: String?

    @Flag(help: "Only measure the current anchors: exit 1 when their best possible recall is below --min-bpr (0.98).")
    var check = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let plot, !["svg", "png"].contains(Paths.suffix(of: plot).lowercased()) {
            throw ValidationError("--plot takes a file that ends in .svg or .png")
        }
        if model != nil, anchors != nil { throw ValidationError("give --model or --anchors, not both") }
    }

    func run() throws {
        switch try AuditInput.open(input) {
        case .plan(let path): try runStage(path)
        case .dataset(let path): try measure(path)
        }
    }

    private func runStage(_ path: String) throws {
        let outcome = try AnchorsStage.run(plan: path, jobs: common.jobs, isCancelled: { Interruption.isRequested })
        if case .unchanged = outcome { Tool.note("anchors: unchanged", quiet: common.quiet) }
        let plan = try PlanFile.load(path)
        guard outcome.result.status == .done else {
            return Tool.output("anchors: \(plan.summary(.anchors, "reason")?.string ?? "blocked")\n")
        }
        let name: String
        switch format {
        case .text: name = "anchors.txt"
        case .json: name = "anchors.json"
        case .yaml: name = "anchors.yaml"
        default: throw ValidationError("with a plan, --format is text, json or yaml")
        }
        Tool.output(String(decoding: try FileReading.bytes(ofFile: plan.outputFolder + "/" + name), as: UTF8.self))
    }

    private func measure(_ path: String) throws {
        let dataset = try Dataset.open(path)
        let source = try source()
        let request = try fitting.request()
        let settings = try request.settings(classNames: dataset.classNames, source: source)
        let boxes = try AnchorBoxes.read(
            dataset, splits: fitting.splitNames, input: settings.input,
            classes: try request.classIDs(classNames: dataset.classNames), jobs: common.jobs,
            isCancelled: { Interruption.isRequested })
        guard !boxes.sizes.isEmpty else {
            throw FileError(
                file: path, message: "\(fitting.splits) holds no box to fit", wayOut: "run assay-labels to see why")
        }
        if check { return try checkCurrent(source, boxes, settings) }
        let comparison = try AnchorComparison.make(
            boxes: boxes, source: source, settings: settings, jobs: common.jobs,
            isCancelled: { Interruption.isRequested })
        switch format {
        case .text: Tool.output(AnchorText.text(comparison, classNames: dataset.classNames))
        case .json: Tool.output(AnchorWriter.json(comparison))
        default:
            guard comparison.verdict != .none, let form = AnchorWriter.Form(rawValue: format.rawValue) else {
                throw FileError(
                    file: model ?? path, message: "this model has no anchors", wayOut: "leave it as it is")
            }
            Tool.output(AnchorWriter.text(form, comparison.anchors, settings.levels))
        }
        try draw(comparison, boxes)
        try writeAnchors(comparison)
        if comparison.missedRecall != nil { throw ExitStatus.findings }
    }

    private func draw(_ comparison: AnchorComparison, _ boxes: AnchorBoxes) throws {
        guard let plot else { return }
        let drawing = AnchorPlot(comparison, boxes, seed: fitting.seed)
        if Paths.suffix(of: plot).lowercased() == "png" {
            try AtomicFile.write(try drawing.png(plot), to: plot)
        } else {
            try AtomicFile.write(drawing.svg(), to: plot)
        }
    }

    private func writeAnchors(_ comparison: AnchorComparison) throws {
        guard let write else { return }
        guard comparison.verdict == .new else {
            return Tool.note("\(write): unchanged: the current anchors are as good", quiet: common.quiet)
        }
        if let copy = try AnchorWriter.write(comparison.anchors, comparison.settings.levels, into: write) {
            Tool.note("\(write): new anchors written; the file as it was: \(copy)", quiet: common.quiet)
        } else {
            Tool.note("\(write): has these anchors already", quiet: common.quiet)
        }
    }

    private func checkCurrent(_ source: AnchorSource?, _ boxes: AnchorBoxes, _ settings: AnchorSettings) throws {
        guard let source, !source.isAnchorFree else {
            throw ValidationError(
                source == nil ? "--check needs --anchors or --model" : "--check: this model has no anchors")
        }
        let sizes = BoxSizes(boxes.sizes, variation: settings.variation)
        let metrics = AnchorMetrics.measure(source.anchors, on: sizes)
        Tool.output("bpr \(metrics.bestPossibleRecall), fitness \(metrics.fitness), \(boxes.sizes.count) boxes\n")
        if metrics.bestPossibleRecall < fitting.minBpr ?? 0.98 { throw ExitStatus.findings }
    }

    private func source() throws -> AnchorSource? {
        if let anchors {
            guard let source = AnchorSource.list(parsing: anchors) else {
                throw ValidationError("--anchors takes positive numbers w,h,w,h,…")
            }
            return source
        }
        return try model.map { try AnchorSource.read($0) }
    }
}

/// Options that say what anchors are for.
struct FittingOptions: ParsableArguments {
    @Option(help: "Training image: a side in pixels, or width x height as 640x384 (default: the model's, or 640).")
    var size: String?

    @Option(help: "How images are made to fit: letterbox (YOLOv5 and later) or stretch (darknet; default for a .cfg).")
    var resize: String?

    @Option(help: "Number of anchors (default: as many as the model has, or 9).")
    var count: Int?

    @Option(help: "Strides of the levels, for example 8,16,32,64.")
    var strides = ""

    @Option(help: "Anchors a level: one number, or one a level as 2,3,4.")
    var perLevel = ""

    @Option(help: "Where every random choice comes from.")
    var seed: UInt64 = 0

    @Option(name: [.customLong("splits"), .customLong("split")], help: "Splits whose boxes are fitted, as train,val.")
    var splits = "train"

    @Option(name: .customLong("class"), help: "Only these classes, by name or number, separated by commas.")
    var classes = ""

    @Option(help: "How much boxes count: uniform, inverse (every class the same in all), or name=2,3=0.5.")
    var classWeights = "uniform"

    @Option(help: "Multi-scale training: fitness is averaged over these factors of the size, as 0.5..1.5.")
    var scales: String?

    @Option(help: "The trainer's scale augmentation: sizes from 1 − gain to 1 + gain.")
    var augmentScale = 0.0

    @Option(help: "The least best possible recall: a condition on the new anchors; with --check, on the current ones.")
    var minBpr: Double?

    @Flag(help: "Sides in whole pixels, found by search.")
    var wholePixels = false

    @Option(help: "best, or plain k-means to compare: kmeans (Euclidean), kmeans-iou (1 − IoU).")
    var method = "best"

    @Option(help: "Folds of the cross-validation; 0 for none.")
    var folds = 5

    @Flag(help: "Prove how high the fitness of any anchors can be.")
    var certify = false

    var splitNames: [String] { splits.split(separator: ",").map(String.init) }

    func request() throws -> AnchorRequest {
        var request = AnchorRequest()
        request.size = size
        request.resize = resize
        request.count = count
        request.strides = try numbers(strides, "--strides")
        request.perLevel = try numbers(perLevel, "--per-level")
        request.classes = classes.split(separator: ",").map(String.init)
        request.classWeights = classWeights
        request.scales = scales
        request.augmentScale = augmentScale
        request.leastRecall = minBpr
        request.wholePixels = wholePixels
        guard let method = AnchorFit.Options.Method(rawValue: method) else {
            throw ValidationError("--method is best, kmeans or kmeans-iou")
        }
        request.method = method
        request.folds = folds
        request.certifies = certify
        request.seed = seed
        return request
    }

    private func numbers(_ text: String, _ option: String) throws -> [Int] {
        let parts = text.split(separator: ",").map { Int($0.filter { $0 != " " }) }
        let numbers = parts.compactMap(\.self)
        guard numbers.count == parts.count else {
            throw ValidationError("\(option) takes whole numbers separated by commas")
        }
        return numbers
    }
}
