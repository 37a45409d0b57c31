import AuditPlan
import AvailableBackends
import FileReading
import Findings
import NeuralKernels
import ProbeTraining
import YAMLText
import YOLODataset
import YOLOModel

/// The probe stage of a plan.
public enum ProbeStage {
    private static let folder = "probe"

    /// - Parameter progress: finished epochs of all.
    public static func run(
        plan path: String, jobs: Int, isCancelled: @Sendable @escaping () -> Bool,
        progress: @escaping (Int, Int) -> Void
    ) throws -> StageOutcome {
        try StageRunner.run(.probe, plan: path, inputs: inputs) { context in
            let dataset = try Dataset.open(context.plan.settings.dataset)
            let settings = try settings(context.plan, dataset)
            let result = try ProbeRun.run(
                dataset, settings: settings, anchors: try anchors(context, size: settings.size),
                statePath: context.plan.outputFolder + "/\(folder)/state.safetensors",
                identity: context.inputs, jobs: jobs, isCancelled: isCancelled, progress: progress)
            try context.ledger.replaceTrainingSteps(result.steps.map(LedgerRows.step))
            let outputs = try result.files().map { try context.write($0.bytes, to: "\(folder)/\($0.name)") }
            return StageResult(status: .done, inputs: "", outputs: outputs, summary: summary(result))
        }
    }

    private static func summary(_ result: ProbeResult) -> [StageResult.Entry] {
        let loss = result.lastLoss
        return [
            .init("images", result.split.samples.count), .init("folds", result.settings.folds),
            .init("near_duplicates", result.split.groupedImages), .init("model", result.start.name),
            .init("image_size", result.settings.size), .init("epochs", result.settings.epochs),
            .init("loss", loss.total), .init("box", loss.box), .init("obj", loss.objectness ?? 0),
            .init("cls", loss.classification), .init("clipped_steps", result.clippedShare),
            .init("diagnoses", yaml: "[\(result.diagnoses.map(YAMLEmitter.quoted).joined(separator: ", "))]"),
        ]
    }

    /// The folder of a plan's probe; nil where the plan has none that is done.
    static func finishedFolder(_ plan: PlanFile) throws -> String? {
        guard plan.settings.probe != nil, plan.results[.probe]?.status == .done else { return nil }
        return plan.outputFolder + "/" + folder
    }

    /// The plan's new anchors at the probe's size, where the anchors stage found that they fit better.
    private static func anchors(_ context: StageContext, size: Int) throws -> [[(width: Double, height: Double)]]? {
        guard context.plan.summary(.anchors, "verdict")?.string == "new" else { return nil }
        let found = try context.ledger.anchors().filter { $0.setName == "new" }
        // Three levels of three are what the probe's models have.
        guard found.count == 9 else { return nil }
        let factor = Double(size) / Double(context.plan.settings.imageSize)
        return (0..<3).map { level in
            found[3 * level..<3 * level + 3].map { (($0.width * factor), ($0.height * factor)) }
        }
    }

    private static func settings(_ plan: PlanFile, _ dataset: Dataset) throws -> ProbeSettings {
        let wanted = plan.settings.probe ?? PlanSettings.Probe()
        var settings = ProbeSettings()
        settings.weights = wanted.weights
        settings.model = wanted.model
        settings.splits = wanted.splits.filter { name in dataset.splits.contains { $0.name == name } }
        settings.folds = wanted.folds
        settings.size = wanted.size
        settings.epochs = wanted.epochs
        settings.batch = wanted.batch
        settings.accumulation = wanted.accumulation
        settings.optimizer = TrainingOptions.Method(rawValue: wanted.optimizer) ?? .adamW
        settings.rate = wanted.rate
        settings.clipNorm = wanted.clip
        settings.freezesBackbone = wanted.freezesBackbone
        settings.growsImageSize = wanted.growsImageSize
        settings.mosaic = wanted.mosaic
        settings.upsideDown = wanted.upsideDown
        settings.hyperparameters.set(gains: wanted.gains)
        if let budget = wanted.budget {
            guard let seconds = ProbeSettings.seconds(parsing: budget) else {
                throw FileError(
                    file: plan.path, message: "budget “\(budget)” of the probe is no time",
                    wayOut: "write for example 10m, 90s or 1.5h")
            }
            settings.budget = seconds
        }
        settings.seed = plan.settings.seed
        settings.backend = plan.settings.toxic.backend
        return settings
    }

    static func inputs(_ plan: PlanFile) throws -> ContentDigest {
        var digest = DigestBuilder()
        let dataset = try Dataset.open(plan.settings.dataset)
        let settings = try settings(plan, dataset)
        try DatasetDigest.add(dataset, to: &digest)
        digest.update(field: try settings.weights.map { try ContentDigest.ofFile($0).hex } ?? "none")
        digest.update("settings", settings)
        digest.update("backend", Backends.named(settings.backend)?.name)
        digest.update(field: plan.results[.anchors]?.inputs ?? "none")
        return digest.finish()
    }
}

extension LedgerRows {
    static func step(_ it: TrainingStep) -> TrainingStepRow {
        TrainingStepRow(
            fold: it.fold + 1, epoch: it.epoch + 1, step: it.step + 1, loss: it.parts.total, box: it.parts.box,
            obj: it.parts.objectness, cls: it.parts.classification, gradientNorm: it.gradientNorm,
            clipRatio: it.clipRatio, rate: it.rate)
    }
}
