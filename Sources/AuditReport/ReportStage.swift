import AuditPlan
import FileReading
import Findings
import Foundation
import LabelRules
import TextForms
import ToolOptions
import YOLODataset

/// The report stage of a plan, and the report of a dataset alone.
public enum ReportStage: AuditStage {
    public static var needs: [StageName] { [.labels, .anchors, .probe, .toxic] }

    public static func run(_ work: StageWork<ReportOptions>) throws -> StageResult {
        var content = try content(work)
        var outputs = try addReview(work, &content)
        outputs.insert(try work.write(ReportPage.render(content), to: "report.html"), at: 0)
        return StageResult(
            status: .done, inputs: "", outputs: outputs,
            summary: [
                .init("images_shown", content.pictures.count), .init("suspicions_shown", content.suspicions.count),
            ])
    }

    public static func addInputs(_ plan: PlanFile, _ options: ReportOptions, to digest: inout DigestBuilder) throws {
        try plan.settings.sharedOptions().image.pixels.add(to: &digest)
        for need in needs { (plan.results[need]?.status.rawValue ?? "none").add(to: &digest) }
        // Decided suspicions are not shown again.
        guard FileManager.default.fileExists(atPath: plan.ledgerPath) else { return }
        for row in try Ledger(plan.ledgerPath).decisions() {
            for field in [row.id, row.decision.rawValue, row.row ?? "", "\(row.isApplied)"] { field.add(to: &digest) }
        }
    }

    public static func show(
        _ plan: PlanFile, _ options: ReportOptions, _ session: AuditSession, as format: ResultFormat
    ) throws -> StageOutput {
        shown(Paths.absolute(plan.results[.report]?.outputs.first ?? "", relativeTo: plan.folder), as: format)
    }

    /// Where a page lies.
    public static func shown(_ page: String, as format: ResultFormat) -> StageOutput {
        format == .json ? StageOutput(json: ["page": page]) : StageOutput("report: \(page)\n")
    }

    /// Suspicions from this probability on are drawn in red in the gallery.
    private static let leastScoreDrawn = 0.5
    /// Less probable ones are not worth an annotator's time.
    private static let leastProbability = 0.05
    /// More pictures than this lie beside the page instead of in it.
    private static let mostPicturesInside = 300

    /// Suspicions with their images; returns the pictures written beside the page.
    private static func addReview(_ work: StageWork<ReportOptions>, _ content: inout ReportContent) throws -> [String] {
        let plan = work.plan
        guard plan.results[.toxic]?.status == .done else { return [] }
        let root = work.dataset.root
        let all = try work.ledger.suspicions()
        let decisions = try work.ledger.decisions()
        let decided = Set(decisions.filter(\.isApplied).map(\.id))
        content.decisions = try DecisionFile.json(of: decisions.filter { !$0.isApplied })
        let factors = Recalibration.factors(all, decisions)
        let rows = all.filter { !decided.contains($0.id) }.map { row in
            var row = row
            if let factor = factors[row.kind] { row.score = Recalibration.probability(row.score, factor: factor) }
            return row
        }.filter { $0.score >= leastProbability }.sorted { ($1.score, $0.id) < ($0.score, $1.id) }
            .prefix(work.options.suspicions.value)
        content.suspicions = rows.map { row in
            var place: ReportContent.Place?
            if let classID = row.class, let cx = row.cx, let cy = row.cy, let w = row.w, let h = row.h {
                place = .init(classID: classID, box: [cx, cy, w, h])
            }
            return .init(
                id: row.id, image: row.image, line: row.line, kind: row.kind, probability: row.score,
                impact: row.impact, suggestion: place, evidence: row.evidence)
        }
        content.isOutOfFold = plan.summary(.toxic, "out_of_fold")?.bool ?? false
        content.expectedErrors = (plan.summary(.toxic, "expected_errors")?.mapping ?? []).compactMap { entry in
            guard let kind = entry.key.string, let count = entry.value.double else { return nil }
            return (kind, count)
        }
        content.trainingSteps = try work.ledger.trainingSteps()
        content.diagnoses = plan.summary(.probe, "diagnoses")?.sequence?.compactMap(\.string) ?? []
        let losses = try work.ledger.imageLosses()
        let slice = spotChecks(
            losses, work.options, accused: Set(all.filter { $0.score >= leastProbability }.map(\.image)))
        let asked = Set(decisions.map(\.id))
        content.suspicions += slice.filter { !asked.contains($0.id) }
        content.spotChecks = SpotCheckEstimate(decisions)
        if !decisions.isEmpty { content.cards.append(decisionsCard(decisions)) }
        var seen: Set<String> = []
        let names = content.suspicions.map(\.image).filter { seen.insert($0).inserted }
        let lossOf = Dictionary(losses.map { ($0.image, $0) }) { first, _ in first }
        var outputs: [String] = []
        for (number, name) in names.enumerated() {
            let path = Paths.absolute(name, relativeTo: root)
            var source = ""
            if names.count <= mostPicturesInside {
                source = ReportPicture.reviewJPEG(path).map(ReportPicture.uri) ?? ""
            } else if let jpeg = ReportPicture.reviewJPEG(path) {
                source = "pictures/\(number + 1).jpg"
                outputs.append(try work.write(jpeg, to: source))
            }
            content.reviewImages.append(
                .init(
                    name: name, split: lossOf[name]?.split ?? "", fold: lossOf[name]?.fold ?? 0,
                    loss: lossOf[name]?.loss ?? 0,
                    gradient: lossOf[name]?.gradientNorm ?? 0,
                    labels: try work.ledger.boxLosses(ofImage: name).map {
                        .init(line: $0.line, classID: $0.class, box: [$0.cx, $0.cy, $0.w, $0.h])
                    },
                    predictions: try work.ledger.predictions(ofImage: name).map {
                        .init(classID: $0.class, confidence: $0.confidence, box: [$0.cx, $0.cy, $0.w, $0.h])
                    }, source: source))
        }
        return outputs
    }

    private static func decisionsCard(_ decisions: [DecisionRow]) -> ReportContent.Card {
        func count(_ decision: Decision) -> String { "\(decisions.count { $0.decision == decision })" }
        let kinds = Dictionary(grouping: decisions.filter { $0.decision == .accept }, by: \.kind)
            .sorted { $0.key.rawValue < $1.key.rawValue }.map {
                (name: "accepted: \($0.key)", value: "\($0.value.count)")
            }
        let applied = decisions.count(where: \.isApplied)
        return ReportContent.Card(
            title: "Decisions", headline: "\(applied) applied, \(decisions.count - applied) waiting",
            figures: [("accepted", count(.accept)), ("rejected", count(.reject)), ("unsure", count(.unsure))] + kinds
        )
    }

    /// Images of which nothing is suspected, drawn from the plan's seed: what people find in them tells what is still
    /// wrong in all such images.
    private static func spotChecks(
        _ losses: [ImageLossRow], _ options: ReportOptions, accused: Set<String>
    ) -> [ReportContent.Accusation] {
        let quiet = losses.filter { $0.problem == nil && !accused.contains($0.image) }
        let drawn = quiet.map { row in
            (SpotCheckEstimate.digest(image: row.image, seed: options.seeding.number), row.image)
        }.sorted { $0 < $1 }.prefix(min(mostSpotChecks, options.suspicions.value))
        return drawn.map { digest, image in
            .init(
                id: SpotCheckEstimate.id(digest), image: image, line: nil, kind: .check, probability: 0,
                impact: 0, suggestion: nil,
                evidence: "nothing is suspected here: accept where you find something wrong, reject where all is right")
        }
    }

    private static let mostSpotChecks = 30

    /// What a data.yaml alone has to show: the label check.
    public static func content(of dataset: Dataset, jobs: Int) throws -> ReportContent {
        let result = try LabelCheck.run(dataset, jobs: jobs)
        var content = ReportContent()
        content.title = Paths.fileName(of: dataset.root)
        content.datasetPath = dataset.yamlPath
        content.classNames = dataset.classNames
        content.findings = result.findings
        content.boxesByClass = classes(result.boxesByClass, dataset)
        content.cards = [
            labelsCard(
                errors: result.count(.error), warnings: result.count(.warning), notes: result.count(.note),
                images: result.images, boxes: result.boxes, dropped: result.droppedImages)
        ]
        content.nextSteps = steps(content, dropped: result.droppedImages)
        return content
    }

    private static func classes(_ counts: [Int: Int], _ dataset: Dataset) -> [(name: String, count: Int)] {
        let ids = Set(counts.keys).union(dataset.classNames.indices)
        return ids.sorted().map { id in (id < 0 ? "not a class id" : dataset.className(id), counts[id] ?? 0) }
    }

    private static func labelsCard(
        errors: Int, warnings: Int, notes: Int, images: Int, boxes: Int, dropped: Int
    ) -> ReportContent.Card {
        ReportContent.Card(
            title: "Labels and images",
            headline: dropped > 0
                ? "\(dropped) images would be dropped" : errors > 0 ? "\(errors) errors" : "no errors",
            figures: [
                ("images", "\(images)"), ("label rows", "\(boxes)"), ("errors", "\(errors)"),
                ("warnings", "\(warnings)"),
                ("notes", "\(notes)"), ("images dropped in silence", "\(dropped)"),
            ])
    }

    private static func steps(_ content: ReportContent, dropped: Int) -> [String] {
        var steps: [String] = []
        if dropped > 0 {
            steps.append(
                "Correct the rows that make the trainer drop \(dropped) images; nothing in the training output will remind you."
            )
        }
        let errors = content.findings.count { $0.severity == .error }
        if errors > 0 {
            steps.append("Go through the \(errors) errors below: file, line and way out stand beside each.")
        }
        if let anchors = content.anchors, anchors.verdict == "new" {
            steps.append(
                "Put the new anchors (anchors.yaml) into the model file before training from scratch; a checkpoint keeps its own."
            )
        }
        if !content.pictures.isEmpty {
            steps.append(
                "Decide the suspicions below, from the top; download the decisions, and apply them: assay-report apply plan.yaml decisions.json"
            )
        }
        if steps.isEmpty { steps.append("Nothing stands in the way of training.") }
        return steps
    }

    private static func content(_ work: StageWork<ReportOptions>) throws -> ReportContent {
        let (plan, ledger, dataset) = (work.plan, work.ledger, work.dataset)
        var content = ReportContent()
        content.title = Paths.fileName(of: dataset.root)
        content.datasetPath = plan.settings.dataset
        content.classNames = dataset.classNames
        if plan.results[.labels] != nil {
            content.findings = try ledger.findings()
            func count(_ key: String) -> Int { plan.summary(.labels, key)?.int ?? 0 }
            var counts: [Int: Int] = [:]
            for entry in plan.summary(.labels, "classes")?.mapping ?? [] {
                if let id = entry.key.int, let number = entry.value.int { counts[id] = number }
            }
            content.boxesByClass = classes(counts, dataset)
            content.cards.append(
                labelsCard(
                    errors: count("errors"), warnings: count("warnings"), notes: count("notes"),
                    images: count("images"),
                    boxes: count("boxes"), dropped: count("dropped_images")))
        }
        try addAnchors(plan, ledger, &content)
        try addLosses(work, &content)
        content.nextSteps = steps(content, dropped: plan.summary(.labels, "dropped_images")?.int ?? 0)
        if plan.results[.toxic]?.status == .blocked, let reason = plan.summary(.toxic, "reason")?.string {
            content.nextSteps.append("Losses and gradients are missing: \(reason).")
        }
        return content
    }

    private static func addAnchors(_ plan: PlanFile, _ ledger: Ledger, _ content: inout ReportContent) throws {
        guard plan.results[.anchors]?.status == .done else { return }
        var anchors = ReportContent.Anchors()
        anchors.boxes = try ledger.anchorBoxes()
        let rows = try ledger.anchors()
        anchors.current = rows.filter { $0.set == .current }.map { ($0.width, $0.height) }
        anchors.new = rows.filter { $0.set == .new }.map { ($0.width, $0.height) }
        anchors.metrics = try ledger.anchorMetrics()
        anchors.verdict = plan.summary(.anchors, "verdict")?.string ?? ""
        anchors.plot = (try? FileReading.bytes(ofFile: plan.outputFolder + "/anchors.svg", limit: 8 << 20)) ?? []
        content.anchors = anchors
        func metric(_ set: AnchorSet) -> AnchorMetricRow? { anchors.metrics.first { $0.set == set } }
        var figures = [("boxes fitted", "\(anchors.boxes.count)")]
        if let new = metric(.new) {
            figures += [
                ("fitness, new", ReportFigure.number(new.fitness, decimals: 4)),
                ("BPR, new", ReportFigure.number(new.bpr, decimals: 4)),
            ]
        }
        if let current = metric(.current) {
            figures += [
                ("fitness, current", ReportFigure.number(current.fitness, decimals: 4)),
                ("BPR, current", ReportFigure.number(current.bpr, decimals: 4)),
            ]
        }
        content.cards.append(
            .init(
                title: "Anchors",
                headline: ["keep": "keep your anchors", "none": "the model has none"][anchors.verdict]
                    ?? "new anchors fit better",
                figures: figures))
    }

    private static func addLosses(_ work: StageWork<ReportOptions>, _ content: inout ReportContent) throws {
        let (plan, ledger) = (work.plan, work.ledger)
        guard plan.results[.toxic]?.status == .done else { return }
        let rows = try ledger.imageLosses()
        content.imageCount = rows.count
        content.card = DatasetCard(rows, try ledger.labels(), imageSize: try plan.settings.sharedOptions().image.pixels)
        content.losses = rows.compactMap(\.loss)
        content.gradientNorms = rows.compactMap(\.gradientNorm)
        // Only the clearest accusations are drawn: a page full of red helps nobody.
        let suspicions = Dictionary(
            grouping: try ledger.suspicions().filter { $0.line != nil && $0.score >= leastScoreDrawn }, by: \.image)
        content.pictures = try rows.prefix(work.options.top.value).map { row in
            let accused = suspicions[row.image] ?? []
            let boxes = try ledger.boxLosses(ofImage: row.image).map { box in
                ReportContent.Box(
                    line: box.line, classID: box.class, cx: box.cx, cy: box.cy, width: box.w, height: box.h,
                    suspicion: accused.first { $0.line == box.line }?.evidence)
            }
            return ReportContent.Picture(
                row: row, boxes: boxes, path: Paths.absolute(row.image, relativeTo: work.dataset.root))
        }
        func value(_ key: String) -> Double? { plan.summary(.toxic, key)?.double }
        let parts = ["box", "obj", "cls", "dfl"].compactMap { name in value(name).map { (name: name, value: $0) } }
        content.cards.append(
            .init(
                title: "Losses and gradients", headline: "loss \(ReportFigure.number(value("loss"), decimals: 4))",
                figures: [
                    (
                        parts.map(\.name).joined(separator: " · "),
                        parts.map { ReportFigure.number($0.value) }.joined(separator: " · ")
                    ),
                    ("clipped at max_norm 10", ReportFigure.percent(value("clipped_at_10"))),
                    ("clipped at max_norm 1", ReportFigure.percent(value("clipped_at_1"))),
                    ("energy in the top 1 %", ReportFigure.percent(value("top_percent_energy"))),
                    ("effective sample size", ReportFigure.number(value("effective_sample_size"), decimals: 0)),
                    ("images without a finite loss", "\(plan.summary(.toxic, "problems")?.int ?? 0)"),
                ]))
    }
}
