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
    public static var needs: [StageName] { [.labels, .anchors, .probe, .toxic, .curves] }

    public static func run(_ work: StageWork<ReportOptions>) throws -> StageResult {
        let source = ReportSource(work.plan, work.ledger, work.dataset, work.options)
        var content = try source.content()
        let review = try ReviewSource(source, &content)
        var outputs = try review.addImages(to: &content) { try work.write($0, to: $1) }
        try source.addGallery(&content)
        if let earlier = work.options.compare {
            content.changes = try AuditDiff(
                try AuditDiff.plan(earlier.path), work.plan, classNames: work.dataset.classNames)
        }
        content.crops = FindingCrop.all(content.findings, work.dataset)
        content.nextSteps = source.steps(content)
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
        try addDecisions(plan, to: &digest)
        // What was accepted before, and is suspected now, came back.
        if let earlier = options.compare { try addDecisions(try AuditDiff.plan(earlier.path), to: &digest) }
    }

    private static func addDecisions(_ plan: PlanFile, to digest: inout DigestBuilder) throws {
        guard FileManager.default.fileExists(atPath: plan.ledgerPath) else { return }
        for row in try Ledger(plan.ledgerPath).decisions() {
            for field in [row.id, row.decision.rawValue, row.row ?? "", "\(row.isApplied)"] { field.add(to: &digest) }
        }
    }

    public static func found(_ plan: PlanFile) -> String {
        let suspicions = Counted.text(plan.summary(.report, "suspicions_shown")?.int ?? 0, "suspicion")
        return "\(suspicions) to decide"
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

    /// What a data.yaml alone has to show: the label check.
    public static func content(of dataset: Dataset, jobs: Int) throws -> ReportContent {
        let result = try LabelCheck.run(dataset, jobs: jobs)
        var content = ReportContent()
        content.title = Paths.fileName(of: dataset.root)
        content.datasetPath = dataset.yamlPath
        content.classNames = dataset.classNames
        content.findings = result.findings
        content.crops = FindingCrop.all(result.findings, dataset)
        content.boxesByClass = ReportSource.classes(result.boxesByClass, dataset)
        content.lights = [
            .trainable(result.findings, images: result.images, dropped: result.droppedImages),
            .lost(images: result.droppedImages, of: result.images, rows: result.droppedBoxes),
            .leakage(result.findings),
        ]
        content.cards = [ReportSource.labelsCard(content, images: result.images, boxes: result.boxes)]
        content.nextSteps = NextStep.list(content, dropped: result.droppedImages)
        return content
    }

    /// What the charts of a plan's report are drawn from.
    ///
    /// - Throws: `FileError` where the plan, its ledger or its dataset cannot be read.
    public static func content(of plan: PlanFile, _ session: AuditSession) throws -> ReportContent {
        let source = ReportSource(
            plan, try Ledger(plan.ledgerPath), try session.dataset(plan.settings.dataset), try plan.settings.options())
        return try source.content()
    }
}
