import AuditPlan
import FileReading
import Findings
import LabelRules
import YOLODataset

/// The labels stage of a plan.
public enum LabelsStage {
    public static func run(
        plan path: String, jobs: Int, isCancelled: @Sendable @escaping () -> Bool,
        progress: @Sendable @escaping (Int, Int) -> Void
    ) throws -> StageOutcome {
        try StageRunner.run(.labels, plan: path, inputs: inputs) { context in
            let settings = context.plan.settings
            let dataset = try Dataset.open(settings.dataset)
            var check = checkSettings(context.plan)
            check.cachePath = CachePlace.path(of: dataset)
            let result = try LabelCheck.run(
                dataset, settings: check, jobs: jobs, isCancelled: isCancelled,
                progress: progress)
            let selection = selection(settings.labels)
            if let unknown = selection.unknown(codes: RuleRegistry.documentation.map(\.code)).first {
                throw FileError(
                    file: context.plan.path, message: "no rule's code begins with \(unknown)",
                    wayOut: "correct select, ignore or ignore_at; assay-labels explain --all lists the rules")
            }
            var findings = result.findings.filter(selection.keeps)
            if let baseline = settings.labels.baseline {
                findings = try Baseline.read(baseline).new(in: findings, root: dataset.root)
            }
            func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }
            try context.ledger.replaceFindings(findings)
            let output = try context.write(FindingReporter.render(findings, as: .json), to: "findings.json")
            return StageResult(
                status: .done, inputs: "", outputs: [output],
                summary: [
                    .init("images", result.images), .init("boxes", result.boxes),
                    .init("errors", count(.error)), .init("warnings", count(.warning)), .init("notes", count(.note)),
                    .init("dropped_images", result.droppedImages),
                    .init("dropped_boxes", result.droppedBoxes),
                    .init("classes", yaml: classes(result, dataset)),
                ])
        }
    }

    /// What the plan says about the check.
    static func checkSettings(_ plan: PlanFile) -> CheckSettings {
        let labels = plan.settings.labels
        var settings = CheckSettings()
        settings.reading = ImageReading(rawValue: labels.images) ?? .decode
        settings.trainer = Trainer(rawValue: labels.trainer) ?? .ultralytics
        settings.trainingSize = plan.settings.imageSize
        settings.severities = labels.severities.compactMapValues(Severity.init(rawValue:))
        settings.condenses = labels.condenses
        settings.thresholds = labels.thresholds
        return settings
    }

    private static func selection(_ labels: PlanSettings.Labels) -> FindingSelection {
        FindingSelection(select: labels.select, ignore: labels.ignore, ignoredAt: labels.ignoredAt)
    }

    /// Rows by class, as a flow mapping.
    private static func classes(_ result: LabelCheckResult, _ dataset: Dataset) -> String {
        let entries = result.boxesByClass.sorted { $0.key < $1.key }.map { id, count in
            "\"\(id)\": \(count)"
        }
        return "{\(entries.joined(separator: ", "))}"
    }

    static func inputs(_ plan: PlanFile) throws -> ContentDigest {
        var digest = DigestBuilder()
        try DatasetDigest.add(try Dataset.open(plan.settings.dataset), to: &digest)
        let labels = plan.settings.labels
        digest.update(field: labels.images)
        digest.update("check", checkSettings(plan))
        digest.update("select", labels.select)
        digest.update("ignore", labels.ignore)
        digest.update("ignored at", labels.ignoredAt)
        digest.update(field: try labels.baseline.map { try ContentDigest.ofFile($0).hex } ?? "none")
        // Another set of rules is another check.
        digest.update(field: RuleRegistry.documentation.map(\.code).joined(separator: " "))
        return digest.finish()
    }
}
