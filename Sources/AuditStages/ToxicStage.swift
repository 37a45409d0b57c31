import AuditPlan
import AvailableBackends
import FileReading
import Findings
import Imaging
import NeuralKernels
import ProbeTraining
import ToxicRanking
import YAMLText
import YOLODataset
import YOLOModel

/// The toxic stage of a plan.
public enum ToxicStage {
    public static func run(
        plan path: String, jobs: Int, isCancelled: @Sendable @escaping () -> Bool,
        progress: @Sendable @escaping (Int, Int) -> Void
    ) throws -> StageOutcome {
        // A checkpoint that does not fit is refused before anything is written.
        let settings = try PlanFile.load(path).settings
        if let weights = settings.weights {
            try ToxicRun.check(
                try DetectionModel.load(checkpoint: weights), weights: weights,
                dataset: try Dataset.open(settings.dataset), imageSize: settings.imageSize)
        }
        return try StageRunner.run(.toxic, plan: path, inputs: inputs) { context in
            let settings = context.plan.settings
            let dataset = try Dataset.open(settings.dataset)
            var options = ToxicOptions()
            options.imageSize = settings.imageSize
            options.splits = settings.toxic.splits.filter { name in dataset.splits.contains { $0.name == name } }
            options.seed = settings.seed
            options.jobs = jobs
            options.backend = settings.toxic.backend
            options.gradient = GradientReach(rawValue: settings.toxic.gradient) ?? options.gradient
            options.precision = Precision(rawValue: settings.toxic.precision) ?? options.precision
            options.outline = Letterbox.Outline(rawValue: settings.toxic.letterbox) ?? options.outline
            let models: ToxicModels
            // Models that have not seen an image judge it better than one that was trained on it.
            if let folder = try ProbeStage.finishedFolder(context.plan) {
                let probe = try ProbeFolder.read(folder)
                models = ToxicModels(probe.models, folds: probe.folds, traces: probe.traces)
                options.imageSize = probe.imageSize
            } else if let weights = settings.weights {
                let model = try DetectionModel.load(checkpoint: weights)
                try ToxicRun.check(model, weights: weights, dataset: dataset, imageSize: settings.imageSize)
                models = ToxicModels(model)
            } else {
                try context.ledger.replaceLosses(images: [], boxes: [], suspicions: [])
                return StageResult(
                    status: .blocked, inputs: "",
                    summary: [
                        .init(
                            "reason",
                            "nothing to judge with: add a probe: block to the plan (assay plan init explains it), or weights: path/to/best.pt"
                        )
                    ])
            }
            let result = try ToxicRun.run(
                models, dataset: dataset, options: options, isCancelled: isCancelled, progress: progress)
            return try write(result, context)
        }
    }

    private static func write(_ result: ToxicResult, _ context: StageContext) throws -> StageResult {
        let suspicions = result.suspicions.suspicions
        try context.ledger.replaceLosses(
            images: result.images.map(LedgerRows.image),
            boxes: result.images.sorted { $0.sample.image < $1.sample.image }.flatMap(LedgerRows.boxes),
            suspicions: suspicions.map(LedgerRows.suspicion),
            predictions: result.predictions.flatMap(LedgerRows.predictions))
        let outputs = [
            try context.write(ToxicWriter.csv(result.images), to: "images.csv"),
            try context.write(ToxicWriter.json(result.images), to: "images.json"),
            try context.write(ToxicWriter.boxesCSV(result.images), to: "boxes.csv"),
            try context.write(ToxicWriter.suspicionsCSV(suspicions), to: "suspicions.csv"),
            try context.write(result.advice.yaml, to: "hyp.suggested.yaml"),
            try context.write(ToxicWriter.predictionsCSV(result.predictions), to: "predictions.csv"),
        ]
        // A part that the family lacks is left out.
        var losses: [StageResult.Entry] = [
            .init("loss", result.datasetLoss.total), .init("box", result.datasetLoss.box),
        ]
        if let objectness = result.datasetLoss.objectness { losses.append(.init("obj", objectness)) }
        losses.append(.init("cls", result.datasetLoss.classification))
        if let distribution = result.datasetLoss.distribution { losses.append(.init("dfl", distribution)) }
        return StageResult(
            status: .done, inputs: "", outputs: outputs,
            summary: [.init("images", result.images.count), .init("backend", result.backend)] + losses + [
                .init("out_of_fold", yaml: result.isOutOfFold ? "true" : "false"),
                .init("calibrated", yaml: result.suspicions.isCalibrated ? "true" : "false"),
                .init("labels_found", result.suspicions.foundShare),
                .init("suspicions", suspicions.count { $0.probability >= 0.5 }),
                .init(
                    "expected_errors",
                    yaml: "{"
                        + Suspicion.Kind.allCases.compactMap { kind in
                            result.suspicions.expected[kind].map {
                                "\(kind.rawValue): \(YAMLEmitter.scalar(($0 * 10).rounded() / 10))"
                            }
                        }.joined(separator: ", ") + "}"),
                .init("suggested_max_norm", result.advice.maxNorm),
                .init("clipped_at_10", result.clippedAt10), .init("clipped_at_1", result.clippedAt1),
                .init("top_percent_energy", result.topPercentEnergy),
                .init("effective_sample_size", result.effectiveSampleSize),
                .init("problems", result.images.count { $0.problem != nil }),
                .init(
                    "worst",
                    yaml: "["
                        + result.images.prefix(10).map { YAMLEmitter.quoted($0.sample.image) }.joined(separator: ", ")
                        + "]"),
            ])
    }

    static func inputs(_ plan: PlanFile) throws -> ContentDigest {
        var digest = DigestBuilder()
        let settings = plan.settings
        try DatasetDigest.add(try Dataset.open(settings.dataset), to: &digest)
        digest.update(field: try settings.weights.map { try ContentDigest.ofFile($0).hex } ?? "none")
        let backend = Backends.named(settings.toxic.backend)?.name ?? "none"
        digest.update(field: "\(settings.toxic.splits) \(backend) \(settings.imageSize) \(settings.seed)")
        digest.update(
            field: "\(settings.toxic.gradient) \(settings.toxic.precision) \(settings.toxic.letterbox)")
        digest.update(field: plan.results[.labels]?.inputs ?? "none")
        digest.update(field: plan.results[.anchors]?.inputs ?? "none")
        digest.update(field: plan.results[.probe]?.inputs ?? "none")
        return digest.finish()
    }
}

/// Results as rows of the ledger.
enum LedgerRows {
    static func image(_ image: ImageLoss) -> ImageLossRow {
        var row = ImageLossRow(
            image: image.sample.image, split: image.sample.split, rank: image.rank, reason: image.reason)
        row.width = image.width
        row.height = image.height
        row.boxes = image.boxes.count
        row.loss = finite(image.parts?.total)
        row.box = finite(image.parts?.box)
        row.obj = finite(image.parts?.objectness)
        row.cls = finite(image.parts?.classification)
        row.dfl = finite(image.parts?.distribution)
        row.share = finite(image.share?.total)
        row.intensity = finite(image.intensity?.total)
        row.gradientNorm = finite(image.norms?.total)
        row.gradientNormBackbone = finite(image.norms?.backbone)
        row.gradientNormNeck = finite(image.norms?.neck)
        row.gradientNormHead = finite(image.norms?.head)
        row.energyShare = finite(image.energyShare)
        row.projectionShare = finite(image.projectionShare)
        row.leaveOneOutCosine = finite(image.leaveOneOutCosine)
        row.robustZ = finite(image.robustZ)
        row.clipRatio10 = finite(image.norms.map { $0.total / 10 })
        row.clipRatio1 = finite(image.norms?.total)
        row.lossMean = finite(image.trace?.mean)
        row.lossSpread = finite(image.trace?.spread)
        row.lossForgotten = finite(image.trace?.forgotten)
        row.fold = image.fold
        row.probability = finite(image.probability)
        row.problem = image.problem
        return row
    }

    private static func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }

    static func boxes(_ image: ImageLoss) -> [BoxLossRow] {
        zip(image.boxes, image.labels).map { box, loss in
            BoxLossRow(
                image: image.sample.image, line: Int(box.line), class: Int(box.classID), cx: box.cx, cy: box.cy,
                w: box.width, h: box.height, matches: loss.matches, box: number(loss.box),
                obj: finite(loss.objectness), cls: number(loss.classification), gradientNorm: number(loss.gradientNorm),
                gradientNormBox: number(loss.gradientNormBox), gradientNormObj: finite(loss.gradientNormObjectness),
                gradientNormCls: number(loss.gradientNormClassification))
        }
    }

    /// SQLite keeps no NaN: an image with one carries the problem in its own row.
    private static func number(_ value: Double) -> Double { value.isFinite ? value : 0 }

    /// Those confident enough to be shown.
    static func predictions(_ image: ImagePredictions) -> [PredictionRow] {
        image.predictions.filter { $0.confidence >= 0.2 }.map {
            PredictionRow(
                image: image.image, class: Int($0.box.classID), confidence: $0.confidence, cx: $0.box.cx, cy: $0.box.cy,
                w: $0.box.width, h: $0.box.height)
        }
    }

    static func suspicion(_ it: Suspicion) -> SuspicionRow {
        SuspicionRow(
            id: it.id, image: it.image, line: it.line, kind: it.kind.rawValue, score: it.probability, impact: it.impact,
            class: it.suggestion.map { Int($0.classID) }, cx: it.suggestion?.cx, cy: it.suggestion?.cy,
            w: it.suggestion?.width, h: it.suggestion?.height, evidence: it.evidence)
    }
}
