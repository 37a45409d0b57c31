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
            var check = try checkSettings(context.plan)
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
    static func checkSettings(_ plan: PlanFile) throws -> CheckSettings {
        let labels = plan.settings.labels
        var settings = CheckSettings()
        settings.reading = ImageReading(rawValue: labels.images) ?? .decode
        settings.trainer = Trainer(rawValue: labels.trainer) ?? .ultralytics
        settings.trainingSize = plan.settings.imageSize
        settings.severities = labels.severities.compactMapValues(Severity.init(rawValue:))
        settings.condenses = labels.condenses
        for (name, value) in labels.thresholds {
            switch name {
            case "min_side": settings.thresholds.smallestSide = value
            case "max_aspect": settings.thresholds.largestAspect = value
            case "same_box_iou": settings.thresholds.sameBoxIoU = value
            case "rounding_spill": settings.thresholds.roundingSpill = value
            case "whole_image": settings.thresholds.wholeImage = value
            case "imbalance": settings.thresholds.imbalance = value
            case "blank_spread": settings.thresholds.blankSpread = Int(value)
            case "near_duplicate_bits": settings.thresholds.nearDuplicateBits = Int(value)
            case "longest_row": settings.thresholds.longestRow = Int(value)
            default:
                throw FileError(
                    file: plan.path, message: "there is no threshold “\(name)”",
                    wayOut: "use one of \(PlanSettings.Labels.thresholdRanges.keys.sorted().joined(separator: ", "))")
            }
        }
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
        digest.update(field: "\(try checkSettings(plan))")
        digest.update(field: "\(labels.select) \(labels.ignore) \(labels.ignoredAt.sorted { $0.key < $1.key })")
        digest.update(field: try labels.baseline.map { try ContentDigest.ofFile($0).hex } ?? "none")
        // Another set of rules is another check.
        digest.update(field: RuleRegistry.documentation.map(\.code).joined(separator: " "))
        return digest.finish()
    }
}
