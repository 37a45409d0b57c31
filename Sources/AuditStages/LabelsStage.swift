import AuditPlan
import FileReading
import Findings
import LabelRules
import Sharding
import TextForms
import ToolOptions
import YOLODataset

/// The labels stage of a plan.
public enum LabelsStage: ShardedStage {
    public static func run(_ work: StageWork<LabelOptions>) throws -> StageResult {
        let dataset = try work.session.dataset(
            work.plan.settings.dataset, readBy: work.options.reader.trainer)
        let result = try LabelCheck.run(
            dataset, settings: try work.options.settings(dataset, cachePath: CachePlace.path(of: dataset)),
            facts: try work.parts.map { try facts(of: $0, dataset, work) }, jobs: work.session.jobs,
            isCancelled: work.session.isCancelled, progress: work.progress)
        var findings = result.findings.filter(work.options.selection.keeps)
        if let baseline = work.options.baseline {
            findings = try Baseline.read(baseline.path).new(in: findings, root: dataset.root)
        }
        func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }
        try work.ledger.replaceFindings(findings)
        let output = try work.write(FindingReporter.render(findings, as: .json).text, to: "findings.json")
        return StageResult(
            status: .done, inputs: "", outputs: [output],
            summary: [
                .init("images", result.images), .init("boxes", result.boxes),
                .init("errors", count(.error)), .init("warnings", count(.warning)), .init("notes", count(.note)),
                .init("dropped_images", result.droppedImages),
                .init("dropped_boxes", result.droppedBoxes),
                .init("classes", yaml: classes(result)),
            ])
    }

    // MARK: Shards

    public static func images(_ plan: PlanFile, _ options: LabelOptions, _ session: AuditSession) throws -> Int {
        let dataset = try session.dataset(plan.settings.dataset, readBy: options.reader.trainer)
        return try dataset.listSamples(splits: try options.parts.names(in: dataset)).samples.count
    }

    public static func measure(_ work: ShardWork<LabelOptions>) throws -> [UInt8] {
        let dataset = try work.session.dataset(work.plan.settings.dataset, readBy: work.options.reader.trainer)
        return try LabelFacts.measure(
            dataset, settings: try work.options.settings(dataset, cachePath: nil), range: work.range,
            listed: work.listed, jobs: work.session.jobs, isCancelled: work.session.isCancelled, progress: work.progress
        )
    }

    private static func facts(
        of parts: PartCollection, _ dataset: Dataset, _ work: StageWork<LabelOptions>
    ) throws -> LabelFacts {
        var facts = LabelFacts(classCount: dataset.classCount)
        let wayOut = PlanShards.wayOut(.labels, work.plan)
        try parts.read(wayOut: wayOut, isCancelled: work.session.isCancelled) { part, _ in
            guard facts.add(part.contents, of: part.header.origin.range) else {
                throw ShardPart.Problem.damaged("its contents are no facts about files")
            }
        }
        return facts
    }

    /// Rows by class, as a flow mapping.
    private static func classes(_ result: LabelCheckResult) -> String {
        let entries = result.boxesByClass.sorted { $0.key < $1.key }.map { id, count in "\"\(id)\": \(count)" }
        return "{\(entries.joined(separator: ", "))}"
    }

    public static func addInputs(_ plan: PlanFile, _ options: LabelOptions, to digest: inout DigestBuilder) throws {
        // Another set of rules is another check.
        RuleRegistry.documentation.map(\.code).add(to: &digest)
    }

    /// So many findings are shown in a chain.
    private static let briefFindings = 3

    public static func brief(_ plan: PlanFile, _ options: LabelOptions, _ session: AuditSession) throws -> StageOutput {
        func count(_ key: String) -> Int { plan.summary(.labels, key)?.int ?? 0 }
        let all = try Ledger(plan.ledgerPath).findings()
        let headline = LabelHeadline(
            trainer: options.reader.trainer, images: count("images"), rows: count("boxes"),
            droppedImages: count("dropped_images"), droppedRows: count("dropped_boxes"),
            stops: all.filter { $0.effect.verdict == .stops }.map(\.message))
        let findings = all.enumerated()
            .sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }.map(\.element)
        let sheet = FindingSheet(
            findings, root: try session.dataset(plan.settings.dataset, readBy: options.reader.trainer).root,
            failOn: options.failOn, version: assayVersion)
        return StageOutput(
            sheet.text(as: .text, colour: session.hasColour, most: briefFindings, headline: headline.text),
            hasFindings: sheet.hasFindings)
    }

    public static func found(_ plan: PlanFile) -> String {
        let counts = Severity.allCases.reversed().map { severity in
            Counted.text(plan.summary(.labels, "\(severity.rawValue)s")?.int ?? 0, severity.rawValue)
        }
        let images = Counted.text(plan.summary(.labels, "images")?.int ?? 0, "image")
        return "\(counts.joined(separator: ", ")) in \(images)"
    }

    public static func show(
        _ plan: PlanFile, _ options: LabelOptions, _ session: AuditSession, as format: ResultFormat
    ) throws -> StageOutput {
        let sheet = FindingSheet(
            try Ledger(plan.ledgerPath).findings(),
            root: try session.dataset(plan.settings.dataset, readBy: options.reader.trainer).root,
            failOn: options.failOn, version: assayVersion)
        let text = sheet.text(as: format == .json ? .json : .text, colour: session.hasColour)
        return StageOutput(text, hasFindings: sheet.hasFindings)
    }
}
