import AuditPlan
import FileReading
import Findings
import Foundation
import LabelRules
import RunCurves
import TextForms
import ToolOptions
import YOLODataset

/// What a plan and its ledger hold, made into what the page shows.
struct ReportSource {
    let plan: PlanFile
    let ledger: Ledger
    let dataset: Dataset
    let options: ReportOptions

    init(_ plan: PlanFile, _ ledger: Ledger, _ dataset: Dataset, _ options: ReportOptions) {
        (self.plan, self.ledger, self.dataset, self.options) = (plan, ledger, dataset, options)
    }

    /// Everything but the review and the pictures.
    func content() throws -> ReportContent {
        var content = ReportContent()
        content.title = Paths.fileName(of: dataset.root)
        content.datasetPath = plan.settings.dataset
        content.planPath = plan.path
        content.classNames = dataset.classNames
        if plan.results[.labels] != nil { try addLabels(&content) }
        try addAnchors(&content)
        try addProbe(&content)
        try addLosses(&content)
        try addRuns(&content)
        if plan.results[.labels] != nil { content.lights.append(.leakage(content.findings)) }
        return content
    }

    /// What to do next; needs the review's suspicions.
    func steps(_ content: ReportContent) -> [NextStep] {
        var steps = NextStep.list(content, dropped: count("dropped_images"))
        if plan.results[.toxic]?.status == .blocked, let reason = plan.summary(.toxic, "reason")?.string {
            steps.append(NextStep("Losses and gradients are missing: \(reason)."))
        }
        return steps
    }

    /// A figure of the label check.
    private func count(_ key: String) -> Int { plan.summary(.labels, key)?.int ?? 0 }

    // MARK: Labels

    private func addLabels(_ content: inout ReportContent) throws {
        content.findings = try ledger.findings()
        var counts: [Int: Int] = [:]
        for entry in plan.summary(.labels, "classes")?.mapping ?? [] {
            if let id = entry.key.int, let number = entry.value.int { counts[id] = number }
        }
        content.boxesByClass = Self.classes(counts, dataset)
        content.cards.append(Self.labelsCard(content, images: count("images"), boxes: count("boxes")))
        content.lights += [
            .trainable(content.findings, images: count("images"), dropped: count("dropped_images")),
            .lost(images: count("dropped_images"), of: count("images"), rows: count("dropped_boxes")),
        ]
    }

    static func classes(_ counts: [Int: Int], _ dataset: Dataset) -> [(name: String, count: Int)] {
        let ids = Set(counts.keys).union(dataset.classNames.indices)
        return ids.sorted().map { id in (id < 0 ? "not a class id" : dataset.className(id), counts[id] ?? 0) }
    }

    static func labelsCard(_ content: ReportContent, images: Int, boxes: Int) -> ReportContent.Card {
        func count(_ severity: Severity) -> Int { content.findings.count { $0.severity == severity } }
        let errors = count(.error)
        return ReportContent.Card(
            title: "Labels and images", headline: errors > 0 ? Counted.text(errors, "error") : "no errors",
            figures: [
                ("images", Counted.number(images)), ("label rows", Counted.number(boxes)),
                ("errors", Counted.number(errors)), ("warnings", Counted.number(count(.warning))),
                ("notes", Counted.number(count(.note))),
            ])
    }

    // MARK: Anchors

    private func addAnchors(_ content: inout ReportContent) throws {
        guard plan.results[.anchors]?.status == .done else { return }
        var anchors = ReportContent.Anchors()
        anchors.boxes = try ledger.anchorBoxes()
        let rows = try ledger.anchors()
        anchors.current = rows.filter { $0.set == .current }.map { ($0.width, $0.height) }
        anchors.new = rows.filter { $0.set == .new }.map { ($0.width, $0.height) }
        anchors.metrics = try ledger.anchorMetrics()
        anchors.verdict = plan.summary(.anchors, "verdict")?.string ?? ""
        content.anchors = anchors
        var figures = [("boxes fitted", Counted.number(anchors.boxes.count))]
        for (set, name) in [(AnchorSet.new, "new"), (.current, "current")] {
            guard let metric = anchors.metrics.first(where: { $0.set == set }) else { continue }
            figures += [
                ("fitness, \(name)", ReportFigure.number(metric.fitness)),
                ("BPR, \(name)", ReportFigure.number(metric.bpr, decimals: 4)),
            ]
        }
        content.cards.append(
            .init(
                title: "Anchors",
                headline: ["keep": "keep your anchors", "none": "the model has none"][anchors.verdict]
                    ?? "new anchors fit better",
                figures: figures))
    }

    // MARK: Probe

    private func addProbe(_ content: inout ReportContent) throws {
        content.trainingSteps = try ledger.trainingSteps()
        content.diagnoses = plan.summary(.probe, "diagnoses")?.sequence?.compactMap(\.string) ?? []
        guard let table = try? plan.output("probe/losses.csv") else { return }
        // epoch,loss,image: only the image may hold a comma.
        var sums: [Int: (sum: Double, count: Int)] = [:]
        for line in table.split(whereSeparator: \.isNewline).dropFirst() {
            let cells = line.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
            guard cells.count == 3, let epoch = Int(cells[0]), let loss = Double(cells[1]), loss.isFinite else {
                continue
            }
            let known = sums[epoch] ?? (0, 0)
            sums[epoch] = (known.sum + loss, known.count + 1)
        }
        content.heldOutLosses = sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sum / Double($0.value.count)) }
    }

    // MARK: Trainings

    private func addRuns(_ content: inout ReportContent) throws {
        guard plan.results[.curves]?.status == .done, plan.settings.hasBlock(.curves) else { return }
        let options: CurveOptions = try plan.settings.options()
        guard !options.runs.paths.isEmpty else { return }
        content.runs = try RunReview(
            options.runs.paths, data: dataset.yamlPath, audit: try AuditKnowledge(plan, ledger, dataset))
    }

    // MARK: Losses

    private func addLosses(_ content: inout ReportContent) throws {
        guard plan.results[.toxic]?.status == .done else { return }
        let rows = try ledger.imageLosses()
        content.imageCount = rows.count
        content.card = DatasetCard(rows, try ledger.labels(), imageSize: try plan.settings.sharedOptions().image.pixels)
        content.losses = rows.compactMap(\.loss)
        content.gradientNorms = rows.compactMap(\.gradientNorm)
        content.isOutOfFold = plan.summary(.toxic, "out_of_fold")?.bool ?? false
        content.expectedErrors = (plan.summary(.toxic, "expected_errors")?.mapping ?? []).compactMap { entry in
            guard let kind = entry.key.string, let count = entry.value.double else { return nil }
            return (kind, count)
        }
        let suspicions = try ledger.suspicions()
        content.suspicionCount = suspicions.count
        content.probabilities = suspicions.map(\.score)
        let decisions = try ledger.decisions()
        let decided = Set(decisions.map(\.id))
        let judged = decisions.filter(\.saysOfProbabilities)
        content.worst = Array(suspicions.lazy.filter { !decided.contains($0.id) }.prefix(10))
        let labels = content.card?.sides.count ?? 0
        // What ranks knows both its own predictions and how far the probe was trained.
        content.doubt = plan.summary(.toxic, "cannot_judge")?.string
        content.lights += [
            content.doubt == nil
                ? .wrong(expected(suspicions, judged), labels: labels, decisions: judged.count)
                : .unknownWrong,
            .judge(
                found: value("labels_found"), ap50: value("ap50"), isOutOfFold: content.isOutOfFold,
                isCalibrated: plan.summary(.toxic, "calibrated")?.bool ?? false, canJudge: content.doubt == nil),
        ]
        content.cards.append(lossCard())
    }

    /// How many labels are wrong in which way: as the ranking says, and from the first decision on as people say of what is
    /// in the ledger.
    ///
    /// - Parameter decisions: those that say something about probabilities.
    private func expected(
        _ suspicions: [SuspicionRow], _ decisions: [DecisionRow]
    ) -> [SuspicionKind: ProbabilityCalibration.Count] {
        func bound(_ key: String, _ kind: String) -> Double? { plan.summary(.toxic, key)?[kind]?.double }
        guard !decisions.isEmpty else {
            return SuspicionKind.allCases.reduce(into: [:]) { known, kind in
                guard let mean = bound("expected_errors", kind.rawValue) else { return }
                known[kind] = .init(
                    mean: mean, low: bound("expected_least", kind.rawValue) ?? mean,
                    high: bound("expected_most", kind.rawValue) ?? mean)
            }
        }
        let calibration = Recalibration.calibration(suspicions, decisions)
        // What was applied is mended.
        let answers = Dictionary(decisions.map { ($0.id, $0.decision == .accept && !$0.isApplied) }) { first, _ in first
        }
        return Dictionary(grouping: suspicions, by: \.kind).mapValues { rows in
            var count = calibration.count(rows.filter { answers[$0.id] == nil }.map { ($0.score, $0.kind) })
            let found = Double(rows.count { answers[$0.id] == true })
            count.add(.init(mean: found, low: found, high: found))
            return count
        }
    }

    private func value(_ key: String) -> Double? { plan.summary(.toxic, key)?.double }

    private func lossCard() -> ReportContent.Card {
        let parts = ["box", "obj", "cls", "dfl"].compactMap { name in value(name).map { (name: name, value: $0) } }
        return ReportContent.Card(
            title: ReportContent.lossCard, headline: "loss \(ReportFigure.number(value("loss")))",
            figures: [
                (
                    parts.map(\.name).joined(separator: " · "),
                    parts.map { ReportFigure.number($0.value) }.joined(separator: " · ")
                )
            ] + gradients() + [
                ("images without a finite loss", Counted.number(plan.summary(.toxic, "problems")?.int ?? 0))
            ])
    }

    /// What is known of them: where they are a part of the gradient alone, that is said, and nothing of clipping.
    private func gradients() -> [(String, String)] {
        let part = plan.summary(.toxic, "gradients")?.string
        let clipped = [
            ("clipped at max_norm 10", ReportFigure.percent(value("clipped_at_10"))),
            ("clipped at max_norm 1", ReportFigure.percent(value("clipped_at_1"))),
        ]
        let energy = [
            ("energy in the top 1 %", ReportFigure.percent(value("top_percent_energy"))),
            ("effective sample size", ReportFigure.number(value("effective_sample_size"), decimals: 0)),
        ]
        return (part.map { [("gradients", $0)] } ?? clipped) + (value("top_percent_energy") == nil ? [] : energy)
    }

    // MARK: Gallery

    /// Suspicions from this probability on are drawn in the gallery: a page full of accusations helps nobody.
    private static let leastScoreDrawn = 0.5

    /// The most harmful images; needs the review's suspicions, which it links to.
    func addGallery(_ content: inout ReportContent) throws {
        guard plan.results[.toxic]?.status == .done else { return }
        let shown = Set(content.suspicions.map(\.id))
        let suspicions = Dictionary(
            grouping: try ledger.suspicions().filter { $0.score >= Self.leastScoreDrawn }, by: \.image)
        content.pictures = try ledger.imageLosses().prefix(options.top.value).map { row in
            let accused = suspicions[row.image] ?? []
            func id(_ it: SuspicionRow?) -> String? { it.map(\.id).flatMap { shown.contains($0) ? $0 : nil } }
            let labels = try ledger.boxLosses(ofImage: row.image).map { box in
                let own = accused.first { $0.line == box.line }
                return ReportContent.Box(
                    line: box.line, classID: box.class, cx: box.cx, cy: box.cy, width: box.w, height: box.h,
                    suspicion: own?.evidence, suspicionID: id(own))
            }
            let missing = accused.filter { $0.kind == .missing }.compactMap { it in
                it.suggestion.map { place in
                    ReportContent.Box(
                        line: 0, classID: place.classID, cx: place.box[0], cy: place.box[1], width: place.box[2],
                        height: place.box[3], suspicion: it.evidence, suspicionID: id(it))
                }
            }
            return ReportContent.Picture(
                row: row, boxes: labels + missing, path: Paths.absolute(row.image, relativeTo: dataset.root))
        }
    }
}
