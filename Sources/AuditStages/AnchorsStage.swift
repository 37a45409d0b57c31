import AnchorFitting
import AuditPlan
import FileReading
import Findings
import YAMLText
import YOLODataset

/// The anchors stage of a plan.
public enum AnchorsStage {
    public static func run(plan path: String, jobs: Int, isCancelled: @Sendable @escaping () -> Bool) throws
        -> StageOutcome
    {
        try StageRunner.run(.anchors, plan: path, inputs: inputs) { context in
            let settings = context.plan.settings
            let dataset = try Dataset.open(settings.dataset)
            let source = try source(settings)
            let request = request(settings)
            let fit = try request.settings(classNames: dataset.classNames, source: source)
            // Boxes that the label check found an error in are not what training should fit to.
            let skip = try context.ledger.findings().filter { $0.severity == .error && $0.line != nil }
                .map { "\($0.file):\($0.line ?? 0)" }
            let boxes = try AnchorBoxes.read(
                dataset, splits: settings.anchors.splits, input: fit.input,
                classes: try request.classIDs(classNames: dataset.classNames), jobs: jobs, skip: Set(skip),
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
            let comparison = try AnchorComparison.make(
                boxes: boxes, source: source, settings: fit, jobs: jobs, isCancelled: isCancelled)
            try write(comparison, boxes, context.ledger)
            var outputs = [
                try context.write(AnchorWriter.json(comparison), to: "anchors.json"),
                try context.write(
                    AnchorText.text(comparison, classNames: dataset.classNames), to: "anchors.txt"),
                try context.write(
                    AnchorPlot(comparison, boxes, seed: settings.seed).svg(), to: "anchors.svg"),
            ]
            if comparison.verdict != .none {
                outputs.append(
                    try context.write(
                        AnchorWriter.yoloV5YAML(comparison.chosen, comparison.chosenLevels), to: "anchors.yaml"))
            }
            return StageResult(status: .done, inputs: "", outputs: outputs, summary: summary(comparison))
        }
    }

    /// The anchors that a plan says are in use.
    private static func source(_ settings: PlanSettings) throws -> AnchorSource? {
        if let current = settings.anchors.current {
            return try AnchorSource.list(parsing: current) ?? AnchorSource.read(current)
        }
        return try settings.weights.map { try AnchorSource.read($0) }
    }

    private static func request(_ settings: PlanSettings) -> AnchorRequest {
        let anchors = settings.anchors
        var request = AnchorRequest()
        request.size = anchors.size ?? "\(settings.imageSize)"
        request.resize = anchors.resize
        request.count = anchors.count
        request.strides = anchors.strides
        request.perLevel = anchors.perLevel
        request.classes = anchors.classes
        request.classWeights = anchors.classWeights
        request.scales = anchors.scales
        request.augmentScale = anchors.augmentScale
        request.leastRecall = anchors.leastRecall
        request.wholePixels = anchors.wholePixels
        request.folds = anchors.folds
        request.certifies = anchors.certifies
        request.seed = settings.seed
        return request
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
        func rows(_ set: String, _ anchors: [AnchorSize]) -> [AnchorRow] {
            anchors.enumerated().map { AnchorRow(set: set, position: $0, width: $1.width, height: $1.height) }
        }
        func metrics(_ set: String, _ m: AnchorMetrics) -> AnchorMetricRow {
            AnchorMetricRow(
                set: set, fitness: m.fitness, bpr: m.bestPossibleRecall, aat: m.anchorsAboveThreshold,
                meanIoU: m.meanIoU)
        }
        let hasAnchors = comparison.verdict != .none
        try ledger.replaceAnchors(
            (hasAnchors ? rows("new", comparison.anchors) : []) + rows("current", comparison.current ?? []),
            (hasAnchors ? [metrics("new", comparison.newMetrics)] : [])
                + (comparison.currentMetrics.map { [metrics("current", $0)] } ?? []),
            boxes: zip(boxes.sizes, boxes.sources).map { ($0.width, $0.height, $1.classID) })
    }

    static func inputs(_ plan: PlanFile) throws -> ContentDigest {
        var digest = DigestBuilder()
        let settings = plan.settings
        try DatasetDigest.add(try Dataset.open(settings.dataset), to: &digest)
        digest.update("request", request(settings))
        digest.update("splits", settings.anchors.splits)
        digest.update(field: try settings.weights.map { try ContentDigest.ofFile($0).hex } ?? "none")
        if let current = settings.anchors.current, AnchorSource.list(parsing: current) == nil {
            digest.update(field: try ContentDigest.ofFile(current).hex)
        } else {
            digest.update(field: settings.anchors.current ?? "none")
        }
        digest.update(field: plan.results[.labels]?.inputs ?? "none")
        return digest.finish()
    }
}
