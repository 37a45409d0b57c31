import AnchorFitting
import ArgumentParser
import AuditPlan
import AuditStages
import CommandLineSupport
import FileReading
import TextForms
import ToolOptions

/// The executable `assay-anchors`.
public enum AnchorsTool: ToolEntry {
    public static let name = "assay-anchors"
    public static func start(_ arguments: [String]) -> Never { Tool.main(AssayAnchors.self, arguments: arguments) }
}

struct AssayAnchors: PlanCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-anchors", abstract: "Measure the anchors in use, and find the best there are.",
        discussion: """
            With a plan, options override the settings of its block “anchors”.

            Exit status: 0 measured, 1 --check failed or --min-bpr cannot be had, 2 wrong usage or environment.
            """, version: Tool.version)

    enum Format: String, SettingWord {
        case text, json
        case jsonV2 = "json-v2"
        case yaml, darknet, mmyolo, mmdetection, paddledetection
    }

    static let stage = StageName.anchors

    @Argument(help: inputHelp, completion: .file())
    var input: String?

    @OptionGroup(title: "What to fit (in a plan: the block “anchors”)") var options: AnchorOptions

    @Option("Text, JSON, or what a trainer takes (yaml: YOLOv5 and YOLOv7).")
    var format = Format.text

    @Option("Write the new anchors into this model YAML or darknet .cfg (a copy NAME.bak is kept).")
    var write: InputFile?

    @Option("Draw sizes, anchors and strides into FILE.svg or FILE.png.")
    var plot: InputFile?

    @Flag(help: "Only measure the current anchors: exit 1 when their best possible recall is below --min-bpr (0.98).")
    var check = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let plot, !["svg", "png"].contains(Paths.suffix(of: plot.path).lowercased()) {
            throw ValidationError("--plot takes a file that ends in .svg or .png")
        }
    }

    func run() throws {
        let given = GivenOptions(of: Self.self)
        try given.allowOne(of: ["current", "anchors", "model", "weights"])
        if check {
            try given.refuse(
                ["format", "write", "plot", "certify", "folds", "method", "whole-pixels", "per-level", "count"],
                "with --check, which only measures")
        }
        switch try AuditInput.open(input, saying: common) {
        case .plan(let path):
            try given.refuse(
                ["write", "plot", "check"],
                "with a plan, whose stage writes anchors.yaml and anchors.svg; "
                    + "use it on the data.yaml")
            try runStage(path)
        case .dataset(let path): try measure(path)
        }
    }

    private func runStage(_ path: String) throws {
        let session = common.session()
        let options = try Self.merged(with: try PlanFile.load(path)).options
        guard [.text, .json, .jsonV2, .yaml].contains(format) else {
            throw ValidationError("with a plan, --format is text, json, json-v2 or yaml")
        }
        let outcome = try StageRunner.run(AnchorsStage.self, plan: path, session: session) {
            try Self.merged(with: $0).options
        }
        if case .unchanged = outcome { common.note("anchors: unchanged") }
        let plan = try PlanFile.load(path)
        if format == .yaml, outcome.result.status == .done {
            guard outcome.result.outputs.contains(where: { $0.hasSuffix("anchors.yaml") }) else {
                throw FileError(file: path, message: "its model has no anchors", wayOut: "leave the model as it is")
            }
            return Tool.output(written: try plan.output("anchors.yaml"))
        }
        let form = OutputFormat(rawValue: format.rawValue) ?? .text
        try Tool.show(AnchorsStage.output(plan, options, session, as: form.plain), .anchors, as: form)
    }

    private func measure(_ path: String) throws {
        let session = common.session()
        let dataset = try session.dataset(path)
        let fitting = try BoxFitting(options, dataset, jobs: session.jobs, isCancelled: session.isCancelled)
        guard !fitting.boxes.sizes.isEmpty else {
            throw FileError(
                file: path, message: "\(options.splits) holds no box to fit", wayOut: "run assay-labels to see why")
        }
        if check { return try checkCurrent(fitting) }
        let comparison = try fitting.comparison(jobs: session.jobs, isCancelled: session.isCancelled)
        switch format {
        case .text: Tool.output(written: AnchorText.text(comparison, classNames: dataset.classNames))
        case .json, .jsonV2:
            Tool.output(json: AnchorWriter.json(comparison), .anchors, hasEnvelope: format == .jsonV2)
        default:
            guard comparison.verdict != .none, let form = AnchorWriter.Form(rawValue: format.rawValue) else {
                throw FileError(
                    file: options.current?.file ?? path, message: "this model has no anchors",
                    wayOut: "leave it as it is")
            }
            Tool.output(written: AnchorWriter.text(form, comparison.anchors, comparison.settings.levels))
        }
        if let plot {
            try AnchorPlot(comparison, fitting.boxes, seed: options.seeding.number).write(to: plot.path)
        }
        try writeAnchors(comparison)
        if comparison.missedRecall != nil { throw ExitStatus.findings }
    }

    private func writeAnchors(_ comparison: AnchorComparison) throws {
        guard let write else { return }
        guard comparison.verdict == .new else {
            return common.note("\(write): unchanged: the current anchors are as good")
        }
        if let copy = try AnchorWriter.write(comparison.anchors, comparison.settings.levels, into: write.path) {
            common.note("\(write): new anchors written; the file as it was: \(copy)")
        } else {
            common.note("\(write): has these anchors already")
        }
    }

    private func checkCurrent(_ fitting: BoxFitting) throws {
        guard let source = fitting.source, !source.isAnchorFree else {
            throw ValidationError(
                fitting.source == nil
                    ? "--check needs --anchors or --model" : "--check: this model has no anchors")
        }
        let sizes = BoxSizes(fitting.boxes.sizes, variation: fitting.settings.variation)
        let metrics = AnchorMetrics.measure(source.anchors, on: sizes)
        Tool.output(
            "bpr \(metrics.bestPossibleRecall), fitness \(metrics.fitness), \(Counted.text(fitting.boxes.sizes.count, "box"))\n"
        )
        if metrics.bestPossibleRecall < options.minBpr?.value ?? 0.98 { throw ExitStatus.findings }
    }
}
