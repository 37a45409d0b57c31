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
            let result = try LabelCheck.run(
                dataset, reading: ImageReading(rawValue: settings.labels.images) ?? .decode, jobs: jobs,
                isCancelled: isCancelled, progress: progress)
            try context.ledger.replaceFindings(result.findings)
            let output = try context.write(FindingReporter.render(result.findings, as: .json), to: "findings.json")
            return StageResult(
                status: .done, inputs: "", outputs: [output],
                summary: [
                    .init("images", result.images), .init("boxes", result.boxes),
                    .init("errors", result.count(.error)), .init("warnings", result.count(.warning)),
                    .init("notes", result.count(.note)), .init("dropped_images", result.droppedImages),
                    .init("dropped_boxes", result.droppedBoxes),
                    .init("classes", yaml: classes(result, dataset)),
                ])
        }
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
        digest.update(field: plan.settings.labels.images)
        return digest.finish()
    }
}
