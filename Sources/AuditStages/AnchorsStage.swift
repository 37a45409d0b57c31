import AnchorFitting
import AuditPlan
import FileReading
import Findings
import YAMLText
import YOLODataset
import YOLOModel

/// The anchors stage of a plan.
public enum AnchorsStage {
    public static func run(plan path: String, jobs: Int, isCancelled: @Sendable @escaping () -> Bool) throws
        -> StageOutcome
    {
        try StageRunner.run(.anchors, plan: path, inputs: inputs) { context in
            let settings = context.plan.settings
            let dataset = try Dataset.open(settings.dataset)
            // Boxes that the label check found an error in are not what training should fit to.
            let skip = try context.ledger.findings().filter { $0.severity == .error && $0.line != nil }
                .map { "\($0.file):\($0.line ?? 0)" }
            let boxes = try AnchorBoxes.read(
                dataset, splits: settings.anchors.splits, size: settings.imageSize, jobs: jobs, skip: Set(skip),
                isCancelled: isCancelled)
            guard !boxes.sizes.isEmpty else {
                try context.ledger.replaceAnchors([], [], boxes: [])
                return StageResult(
                    status: .blocked, inputs: "",
                    summary: [
                        .init(
                            "reason", "the splits \(settings.anchors.splits.joined(separator: ", ")) hold no box to fit"
                        )
                    ])
            }
            let current = try settings.weights.flatMap { try CurrentAnchors.of(checkpoint: $0) }
            let comparison = AnchorComparison.make(
                boxes: boxes, current: current, count: settings.anchors.count, imageSize: settings.imageSize,
                seed: settings.seed)
            try write(comparison, boxes, context.ledger)
            let outputs = [
                try context.write(AnchorWriter.json(comparison), to: "anchors.json"),
                try context.write(AnchorWriter.yoloV5YAML(comparison.chosen), to: "anchors.yaml"),
            ]
            return StageResult(status: .done, inputs: "", outputs: outputs, summary: summary(comparison))
        }
    }

    private static func summary(_ comparison: AnchorComparison) -> [StageResult.Entry] {
        let pairs = comparison.anchors.map { "[\(YAMLEmitter.scalar($0.width)), \(YAMLEmitter.scalar($0.height))]" }
        var entries: [StageResult.Entry] = [
            .init("boxes", comparison.boxCount), .init("boxes_left_out", comparison.tooSmall),
            .init("verdict", comparison.verdict.rawValue), .init("anchors", yaml: "[\(pairs.joined(separator: ", "))]"),
            .init("fitness", comparison.newMetrics.fitness), .init("bpr", comparison.newMetrics.bestPossibleRecall),
        ]
        if let current = comparison.currentMetrics {
            entries += [.init("current_fitness", current.fitness), .init("current_bpr", current.bestPossibleRecall)]
        }
        return entries
    }

    private static func write(_ comparison: AnchorComparison, _ boxes: AnchorBoxes, _ ledger: Ledger) throws {
        func rows(_ set: String, _ anchors: [AnchorSize]) -> [AnchorRow] {
            anchors.enumerated().map { AnchorRow(set: set, position: $0, width: $1.width, height: $1.height) }
        }
        func metrics(_ set: String, _ m: AnchorMetrics) -> AnchorMetricRow {
            AnchorMetricRow(
                set: set, fitness: m.fitness, bpr: m.bestPossibleRecall, aat: m.anchorsAboveThreshold,
                meanIoU: m.meanIoU)
        }
        try ledger.replaceAnchors(
            rows("new", comparison.anchors) + rows("current", comparison.current ?? []),
            [metrics("new", comparison.newMetrics)]
                + (comparison.currentMetrics.map { [metrics("current", $0)] } ?? []),
            boxes: zip(boxes.sizes, boxes.sources).map { ($0.width, $0.height, $1.classID) })
    }

    static func inputs(_ plan: PlanFile) throws -> ContentDigest {
        var digest = DigestBuilder()
        let settings = plan.settings
        try DatasetDigest.add(try Dataset.open(settings.dataset), to: &digest)
        digest.update(
            field: "\(settings.anchors.count) \(settings.anchors.splits) \(settings.imageSize) \(settings.seed)")
        digest.update(field: try settings.weights.map { try ContentDigest.ofFile($0).hex } ?? "none")
        digest.update(field: plan.results[.labels]?.inputs ?? "none")
        return digest.finish()
    }
}

/// Anchors that are in use.
public enum CurrentAnchors {
    /// Those of a checkpoint, in pixels, ascending by area; nil for a model without anchors.
    public static func of(checkpoint path: String) throws -> [AnchorSize]? {
        let anchors = try DetectionModel.load(checkpoint: path).anchors.flatMap(\.self)
        guard !anchors.isEmpty else { return nil }
        return anchors.map { AnchorSize(width: $0.width, height: $0.height) }
            .sorted { ($0.area, $0.width) < ($1.area, $1.width) }
    }
}
