import AuditPlan
import AvailableBackends
import FileReading
import Findings
import Imaging
import NeuralKernels
import ProbeTraining
import TextForms
import ToolOptions
import ToxicRanking
import YAMLText
import YOLODataset
import YOLOModel

/// The toxic stage of a plan.
public enum ToxicStage: ShardedStage {
    public static var needs: [StageName] { [.labels, .anchors, .probe] }

    public static func check(_ plan: PlanFile, _ options: RankingOptions, _ session: AuditSession) throws {
        try Backends.check(options.passing.backend?.name, on: options.passing.device)
        guard let weights = options.model.weights?.path else {
            // A gate that can never close is none.
            guard let least = options.failOnSuspicions, !plan.settings.hasBlock(.probe) else { return }
            throw idleGate(plan, least)
        }
        let shared = try plan.settings.sharedOptions()
        let size = options.image.imageSize?.value ?? shared.image.pixels
        _ = try ToxicRun.fitted(
            try DetectionModel.load(checkpoint: weights), weights: weights,
            dataset: try session.dataset(plan.settings.dataset), imageSize: size,
            mapsClasses: options.passing.mapClasses)
        if plan.settings.hasBlock(.probe), options.judge == .probe, weights != shared.model.weights?.path {
            throw FileError(
                file: plan.path, message: "its probe judges, so --weights \(weights) would have no effect",
                wayOut: "add --judge weights, or leave --weights out")
        }
    }

    /// That a gate on suspicions has no effect, because nothing in the plan judges the labels.
    public static func idleGate(_ plan: PlanFile, _ least: Fraction) -> FileError {
        FileError(
            file: plan.path, message: "nothing in it judges the labels, so --fail-on-suspicions \(least) has no effect",
            wayOut: "add a probe: block or weights: best.pt to the plan, or leave it out")
    }

    public static func run(_ work: StageWork<RankingOptions>) throws -> StageResult {
        guard let judge = try judge(work.plan, work.options) else {
            try work.ledger.replaceLosses(images: [], boxes: [], suspicions: [])
            return StageResult(
                status: .blocked, inputs: "",
                summary: [
                    .init(
                        "reason",
                        "nothing to judge with: add a probe: block to the plan (assay plan init explains it), or weights: path/to/best.pt"
                    )
                ])
        }
        // The labels stage is one that this one needs: its settings are in the digest.
        let labels: LabelOptions = try work.plan.settings.options()
        return try write(
            try judge.rank(
                work.dataset, work.options, work.session, reader: labels.reader.trainer,
                parts: work.parts.map { ($0, PlanShards.wayOut(.toxic, work.plan)) }, progress: work.progress), work)
    }

    /// Models that have not seen an image judge it better than one that was trained on it.
    private static func judge(_ plan: PlanFile, _ options: RankingOptions) throws -> RankingJudge? {
        if options.judge == .probe, let folder = ProbeStage.finishedFolder(plan) {
            return try RankingJudge(probe: folder)
        }
        return try options.model.weights.map {
            try RankingJudge(weights: $0.path, imageSize: try plan.settings.sharedOptions().image.imageSize?.value)
        }
    }

    // MARK: Shards

    public static func hasShards(_ plan: PlanFile, _ options: RankingOptions) -> Bool {
        options.model.weights != nil || plan.settings.hasBlock(.probe)
    }

    public static func images(_ plan: PlanFile, _ options: RankingOptions, _ session: AuditSession) throws -> Int {
        let dataset = try session.dataset(plan.settings.dataset)
        return try dataset.distinctSamples(splits: try options.splits.names(in: dataset)).count
    }

    public static func checkDivision(_ plan: PlanFile, _ options: RankingOptions) throws {
        if let backend = options.passing.backend, Backends.hangsOnMachine(backend.name) {
            throw FileError(
                file: plan.path,
                message:
                    "has toxic.backend: \(backend), which may be another on each machine, as results then would be",
                wayOut: "name the one that computes, such as torch with device: cuda")
        }
        guard options.gradientOfShare else { return }
        throw FileError(
            file: plan.path, message: "asks for gradients of shares, which need the loss of all images first",
            wayOut: "leave toxic.gradient_of_share out, or run the stage on one machine: assay run, and no toxic in "
                + "cluster.stages")
    }

    public static func checkShards(_ plan: PlanFile, _ options: RankingOptions, _ session: AuditSession) throws {
        try checkDivision(plan, options)
        guard try judgeFiles(plan, options).isEmpty else { return }
        throw FileError(
            file: plan.path, message: "has nothing to judge with",
            wayOut: "add a probe: block and run it first, or weights: path/to/best.pt")
    }

    public static func models(_ plan: PlanFile, _ options: RankingOptions, _ session: AuditSession) throws
        -> ContentDigest
    {
        let digests = try judgeFiles(plan, options).map { try session.digest(ofFile: $0).hex }
        return ContentDigest.of(digests.joined(separator: "\n"))
    }

    /// The files that the judging models are in.
    private static func judgeFiles(_ plan: PlanFile, _ options: RankingOptions) throws -> [String] {
        if options.judge == .probe, ProbeStage.finishedFolder(plan) != nil {
            return (plan.results[.probe]?.outputs ?? []).map { Paths.absolute($0, relativeTo: plan.folder) }
        }
        return options.model.weights.map { [$0.path] } ?? []
    }

    public static func measure(_ work: ShardWork<RankingOptions>) throws -> [UInt8] {
        guard let judge = try judge(work.plan, work.options) else { return [] }
        let labels: LabelOptions = try work.plan.settings.options()
        return try judge.measure(
            try work.session.dataset(work.plan.settings.dataset), work.options, work.session,
            reader: labels.reader.trainer, range: work.range, progress: work.progress)
    }

    // MARK: Results

    private static func write(_ result: ToxicResult, _ work: StageWork<RankingOptions>) throws -> StageResult {
        let suspicions = result.suspicions.shown
        // Lazily: a row is made when it is written.
        try work.ledger.replaceLosses(
            images: result.images.lazy.map(LedgerRows.image),
            boxes: ToxicWriter.byName(result.images).lazy.flatMap(LedgerRows.boxes),
            suspicions: suspicions.lazy.map(LedgerRows.suspicion),
            predictions: result.predictions.lazy.flatMap(LedgerRows.predictions))
        let outputs = try ToxicWriter.files(result, least: LedgerRows.leastConfidence).map {
            try work.write(to: $0.name, $0.write)
        }
        // A part that the family lacks is left out.
        var losses: [StageResult.Entry] = [
            .init("loss", result.datasetLoss.total), .init("box", result.datasetLoss.box),
        ]
        if let objectness = result.datasetLoss.objectness { losses.append(.init("obj", objectness)) }
        losses.append(.init("cls", result.datasetLoss.classification))
        if let distribution = result.datasetLoss.distribution { losses.append(.init("dfl", distribution)) }
        if let angle = result.datasetLoss.angle { losses.append(.init("angle", angle)) }
        return StageResult(
            status: .done, inputs: "", outputs: outputs,
            summary: [.init("images", result.images.count), .init("backend", result.backend)] + losses + [
                .init("out_of_fold", yaml: result.isOutOfFold ? "true" : "false"),
                .init("calibrated", yaml: result.suspicions.isCalibrated ? "true" : "false"),
            ] + JudgeEntries.of(result.quality, sentence: result.verdict.sentence()) + [
                .init("suspicions", suspicions.count { $0.probability >= 0.5 }),
                .init("expected_errors", yaml: kinds { result.suspicions.expected[$0] }),
                .init("expected_least", yaml: kinds { result.suspicions.bounds[$0]?.low }),
                .init("expected_most", yaml: kinds { result.suspicions.bounds[$0]?.high }),
            ] + gradients(result) + [
                .init("problems", result.images.count { $0.problem != nil }),
                .init(
                    "worst",
                    yaml: "["
                        + result.images.prefix(10).map { YAMLEmitter.quoted($0.sample.image) }.joined(separator: ", ")
                        + "]"),
            ])
    }

    /// What is known of them: a part of the gradient says nothing of clipping.
    private static func gradients(_ result: ToxicResult) -> [StageResult.Entry] {
        let first: StageResult.Entry =
            result.reach.part.map { .init("gradients", $0) } ?? .init("suggested_max_norm", result.advice.maxNorm)
        let figures = [
            ("clipped_at_10", result.clippedAt10), ("clipped_at_1", result.clippedAt1),
            ("top_percent_energy", result.topPercentEnergy), ("effective_sample_size", result.effectiveSampleSize),
        ]
        return [first] + figures.compactMap { name, figure in figure.map { .init(name, $0) } }
    }

    /// A flow mapping of numbers by kind.
    private static func kinds(_ value: (SuspicionKind) -> Double?) -> String {
        let entries = SuspicionKind.allCases.compactMap { kind in
            value(kind).map { "\(kind.rawValue): \(YAMLEmitter.scalar(Figure.rounded($0, decimals: 1)))" }
        }
        return "{" + entries.joined(separator: ", ") + "}"
    }

    public static func addInputs(_ plan: PlanFile, _ options: RankingOptions, to digest: inout DigestBuilder) throws {
        options.passing.choice.identity.add(to: &digest)
        try plan.settings.sharedOptions().image.pixels.add(to: &digest)
    }

    public static func found(_ plan: PlanFile) -> String {
        let images = Counted.text(plan.summary(.toxic, "images")?.int ?? 0, "image")
        let likely = Counted.text(plan.summary(.toxic, "suspicions")?.int ?? 0, "likely wrong label")
        return "\(likely) in \(images)"
    }

    /// So many suspicions are shown in a chain.
    private static let briefSuspicions = 5

    /// What is likely wrong, with its probability, and the dataset's loss.
    public static func brief(_ plan: PlanFile, _ options: RankingOptions, _ session: AuditSession) throws -> StageOutput
    {
        let problems = plan.summary(.toxic, "problems")?.int ?? 0
        let loss = plan.summary(.toxic, "loss")?.double.map { Figure.text($0, decimals: 4) } ?? Figure.none
        let images = Counted.text(plan.summary(.toxic, "images")?.int ?? 0, "image")
        let suspicions = try Ledger(plan.ledgerPath).suspicions()
        let likely = suspicions.count { $0.score >= 0.5 }
        let isOutOfFold = plan.summary(.toxic, "out_of_fold")?.bool ?? false
        var text = JudgeEntries.line(plan, .toxic)
        text += """
            \(images), loss \(loss); \(Counted.text(suspicions.count, "suspicion")), of which \(Counted.number(likely)) are \
            likely wrong, \(isOutOfFold ? "by models that have not seen the labels" : "in sample")

            """
        text += suspicions.prefix(briefSuspicions).map { it -> TerminalText in
            let line = it.line.map { ":\($0)" } ?? ""
            return "\(Figure.text(it.score, decimals: 2))  \(it.kind.rawValue)  \(it.image)\(line)  \(it.evidence)\n"
        }.joined()
        // In a chain the last line says why the exit status is what it is.
        let gate = try SuspicionGate(plan, from: options.failOnSuspicions)
        return StageOutput(text, hasFindings: problems > 0 || gate.hasFindings)
    }

    public static func show(
        _ plan: PlanFile, _ options: RankingOptions, _ session: AuditSession, as format: ResultFormat
    ) throws -> StageOutput {
        let gate = try SuspicionGate(plan, from: options.failOnSuspicions)
        let problems = plan.summary(.toxic, "problems")?.int ?? 0
        let text: TerminalText
        switch format {
        case .json: text = TerminalText(written: try plan.output("images.json"))
        case .text:
            let rows = try Ledger(plan.ledgerPath).imageLosses().prefix(options.top.value).map { row -> TerminalText in
                let loss = row.loss.map { Figure.text($0, decimals: 4) } ?? Figure.none
                return "\(row.rank). \(row.image)  loss \(loss)  \(row.reason)\n"
            }
            text = JudgeEntries.line(plan, .toxic) + rows.joined() + gate.line
        }
        return StageOutput(text, hasFindings: problems > 0 || gate.hasFindings)
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

    /// Less confident predictions are of no use to a person, and nine in ten.
    static let leastConfidence = 0.2

    /// Those confident enough to be shown.
    static func predictions(_ image: ImagePredictions) -> [PredictionRow] {
        image.predictions.filter { $0.confidence >= leastConfidence }.map {
            PredictionRow(
                image: image.image, class: Int($0.box.classID), confidence: $0.confidence, cx: $0.box.cx, cy: $0.box.cy,
                w: $0.box.width, h: $0.box.height)
        }
    }

    static func suspicion(_ it: Suspicion) -> SuspicionRow {
        SuspicionRow(
            id: it.id, image: it.image, line: it.line, kind: it.kind, score: it.probability, impact: it.impact,
            class: it.suggestion.map { Int($0.classID) }, cx: it.suggestion?.cx, cy: it.suggestion?.cy,
            w: it.suggestion?.width, h: it.suggestion?.height, evidence: it.evidence,
            corners: it.suggestion?.corners?.flatMap { [$0.x, $0.y] })
    }
}
