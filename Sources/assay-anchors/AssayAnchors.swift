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
        discussion: "Exit status: 0 measured, 1 --check failed, 2 wrong usage or environment.", version: assayVersion)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, yaml }

    @Argument(help: "A data.yaml, or a plan.", completion: .file())
    var input: String

    @Option(help: "Side of the training image in pixels (a plan has its own).")
    var size = 640

    @Option(help: "Number of anchors (a plan has its own).")
    var count = 9

    @Option(help: "Where every random choice comes from (a plan has its own).")
    var seed: UInt64 = 0

    @Option(help: "Splits whose boxes are fitted, for example train,val.")
    var splits = "train"

    @Option(help: "A checkpoint whose anchors are the current ones.", completion: .file())
    var weights: String?

    @Option(help: "The current anchors as w,h,w,h,… in pixels.")
    var anchors: String?

    @Option(help: "text, json, or yaml: the block that a YOLOv5 model file takes.")
    var format = Format.text

    @Flag(help: "Only measure the current anchors: exit 1 when their best possible recall is below --min-bpr.")
    var check = false

    @Option(help: "The least best possible recall that --check accepts.")
    var minBpr = 0.98

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...100).contains(count) else { throw ValidationError("--count must be from 1 to 100") }
        guard (32...8192).contains(size) else { throw ValidationError("--size must be from 32 to 8192") }
    }

    func run() throws {
        switch try AuditInput.open(input) {
        case .plan(let path):
            let outcome = try AnchorsStage.run(
                plan: path, jobs: common.jobs, isCancelled: { Interruption.isRequested })
            if case .unchanged = outcome { Tool.note("anchors: unchanged", quiet: common.quiet) }
            let plan = try PlanFile.load(path)
            guard outcome.result.status == .done else {
                return Tool.output("anchors: \(plan.summary(.anchors, "reason")?.string ?? "blocked")\n")
            }
            let name = format == .yaml ? "anchors.yaml" : "anchors.json"
            let text = try FileReading.bytes(ofFile: plan.outputFolder + "/" + name)
            if format == .text {
                let verdict = plan.summary(.anchors, "verdict")?.string ?? ""
                let fitness = plan.summary(.anchors, "fitness")?.string ?? ""
                let current = plan.summary(.anchors, "current_fitness")?.string.map { " (current \($0))" } ?? ""
                Tool.output("anchors: \(verdict), fitness \(fitness)\(current)\n")
            }
            Tool.output(format == .text ? try yamlBlock(plan) : String(decoding: text, as: UTF8.self))
        case .dataset(let path):
            try measure(path)
        }
    }

    private func yamlBlock(_ plan: PlanFile) throws -> String {
        String(decoding: try FileReading.bytes(ofFile: plan.outputFolder + "/anchors.yaml"), as: UTF8.self)
    }

    private func measure(_ path: String) throws {
        let dataset = try Dataset.open(path)
        let current = try currentAnchors()
        let boxes = try AnchorBoxes.read(
            dataset, splits: splits.split(separator: ",").map(String.init), size: size, jobs: common.jobs,
            isCancelled: { Interruption.isRequested })
        guard !boxes.sizes.isEmpty else {
            throw FileError(file: path, message: "\(splits) holds no box to fit", wayOut: "run assay-labels to see why")
        }
        if check {
            guard let current else { throw ValidationError("--check needs --anchors or --weights") }
            let metrics = AnchorMetrics.measure(current, on: boxes.sizes)
            Tool.output("bpr \(metrics.bestPossibleRecall), fitness \(metrics.fitness), \(boxes.sizes.count) boxes\n")
            if metrics.bestPossibleRecall < minBpr { throw ExitStatus.findings }
            return
        }
        let comparison = AnchorComparison.make(
            boxes: boxes, current: current, count: count, imageSize: size, seed: seed)
        switch format {
        case .text: Tool.output(AnchorWriter.text(comparison))
        case .json: Tool.output(AnchorWriter.json(comparison))
        case .yaml: Tool.output(AnchorWriter.yoloV5YAML(comparison.chosen))
        }
    }

    private func currentAnchors() throws -> [AnchorSize]? {
        if let anchors {
            let numbers = anchors.split(whereSeparator: { ", ".contains($0) }).map { Double($0) }
            let sides = numbers.compactMap(\.self)
            guard sides.count == numbers.count, !sides.isEmpty, sides.count % 2 == 0,
                sides.allSatisfy({ $0 > 0 && $0.isFinite })
            else { throw ValidationError("--anchors takes positive numbers w,h,w,h,…") }
            return stride(from: 0, to: sides.count, by: 2).map { AnchorSize(width: sides[$0], height: sides[$0 + 1]) }
        }
        return try weights.flatMap { try CurrentAnchors.of(checkpoint: $0) }
    }
}
