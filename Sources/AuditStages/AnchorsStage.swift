import AnchorFitting
import AuditPlan
import FileReading
import Findings
import TextForms
import ToolOptions
import YAMLText
import YOLODataset

/// The anchors stage of a plan.
public enum AnchorsStage: AuditStage {
    public static var needs: [StageName] { [.labels] }

    public static func run(_ work: StageWork<AnchorOptions>) throws -> StageResult {
        let dataset = work.dataset
        // Boxes that the label check found an error in are not what training should fit to.
        let skip = try work.ledger.findings().filter { $0.severity == .error && $0.line != nil }
            .map { "\($0.file):\($0.line ?? 0)" }
        let fitting = try BoxFitting(
            work.options, dataset, skip: Set(skip), jobs: work.session.jobs, isCancelled: work.session.isCancelled)
        guard !fitting.boxes.sizes.isEmpty else {
            try work.ledger.replaceAnchors([], [], boxes: [])
            return StageResult(
                status: .blocked, inputs: "",
                summary: [.init("reason", "the splits \(work.options.splits) hold no box to fit")])
        }
        let comparison = try fitting.comparison(jobs: work.session.jobs, isCancelled: work.session.isCancelled)
        try write(comparison, fitting.boxes, work.ledger)
        var outputs = [
            try work.write(AnchorWriter.json(comparison), to: "anchors.json"),
            try work.write(AnchorText.text(comparison, classNames: dataset.classNames), to: "anchors.txt"),
            try work.write(
                AnchorPlot(comparison, fitting.boxes, seed: work.options.seeding.number).svg(), to: "anchors.svg"),
        ]
        if comparison.verdict != .none {
            outputs.append(
                try work.write(
                    AnchorWriter.yoloV5YAML(comparison.chosen, comparison.chosenLevels), to: "anchors.yaml"))
        }
        return StageResult(status: .done, inputs: "", outputs: outputs, summary: summary(comparison))
    }

    public static func found(_ plan: PlanFile) -> String {
        func figure(_ key: String) -> String {
            plan.summary(.anchors, key)?.double.map { Figure.text($0, decimals: 4) } ?? Figure.none
        }
        switch plan.summary(.anchors, "verdict")?.string {
        case "none": return "the model has no anchors"
        case "keep": return "the anchors in use are as good: fitness \(figure("current_fitness"))"
        default: return "new anchors: fitness \(figure("fitness")), in use \(figure("current_fitness"))"
        }
    }

    public static func show(
        _ plan: PlanFile, _ options: AnchorOptions, _ session: AuditSession, as format: ResultFormat
    ) throws -> StageOutput {
        StageOutput(written: try plan.output(format == .json ? "anchors.json" : "anchors.txt"))
    }

    /// The table and the verdict, without levels, classes and lists.
    public static func brief(_ plan: PlanFile, _ options: AnchorOptions, _ session: AuditSession) throws -> StageOutput
    {
        let text = try plan.output("anchors.txt")
        let first = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
        return StageOutput(written: first.joined(separator: "\n") + "\n")
    }

    private static func summary(_ comparison: AnchorComparison) -> [StageResult.Entry] {
        var entries: [StageResult.Entry] = [
            .init("boxes", comparison.boxCount), .init("boxes_left_out", comparison.tooSmall),
            .init("verdict", comparison.verdict.rawValue),
        ]
        guard comparison.verdict != .none else { return entries }
        let pairs = comparison.anchors.map { "[\(YAMLEmitter.scalar($0.width)), \(YAMLEmitter.scalar($0.height))]" }
        entries += [
            .init("anchors", yaml: "[\(pairs.joined(separator: ", "))]"),
            .init("fitness", comparison.newMetrics.fitness), .init("bpr", comparison.newMetrics.bestPossibleRecall),
        ]
        if let current = comparison.currentMetrics {
            entries += [.init("current_fitness", current.fitness), .init("current_bpr", current.bestPossibleRecall)]
        }
        if let heldOut = comparison.heldOut { entries.append(.init("held_out_fitness", heldOut.newFitness)) }
        if let bound = comparison.bound { entries.append(.init("fitness_bound", bound.fitness)) }
        return entries
    }

    private static func write(_ comparison: AnchorComparison, _ boxes: AnchorBoxes, _ ledger: Ledger) throws {
        func rows(_ set: AnchorSet, _ anchors: [AnchorSize]) -> [AnchorRow] {
            anchors.enumerated().map { AnchorRow(set: set, position: $0, width: $1.width, height: $1.height) }
        }
        func metrics(_ set: AnchorSet, _ m: AnchorMetrics) -> AnchorMetricRow {
            AnchorMetricRow(
                set: set, fitness: m.fitness, bpr: m.bestPossibleRecall, aat: m.anchorsAboveThreshold,
                meanIoU: m.meanIoU)
        }
        let hasAnchors = comparison.verdict != .none
        try ledger.replaceAnchors(
            (hasAnchors ? rows(.new, comparison.anchors) : []) + rows(.current, comparison.current ?? []),
            (hasAnchors ? [metrics(.new, comparison.newMetrics)] : [])
                + (comparison.currentMetrics.map { [metrics(.current, $0)] } ?? []),
            boxes: zip(boxes.sizes, boxes.sources).map { ($0.width, $0.height, $1.classID) })
    }
}
