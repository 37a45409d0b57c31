import AuditPlan
import AvailableBackends
import FileReading
import Findings
import NeuralKernels
import ProbeTraining
import TextForms
import ToolOptions
import YAMLText
import YOLODataset
import YOLOModel

/// The probe stage of a plan.
public enum ProbeStage: AuditStage {
    private static let folder = "probe"

    public static var needs: [StageName] { [.anchors] }

    public static func check(_ plan: PlanFile, _ options: ProbeOptions, _ session: AuditSession) throws {
        try Backends.check(options.backend?.name, on: options.device)
    }

    public static func run(_ work: StageWork<ProbeOptions>) throws -> StageResult {
        work.session.tell(work.options.choice)
        let settings = try work.options.settings(work.dataset)
        let result = try ProbeRun.run(
            work.dataset, settings: settings,
            anchors: try work.options.anchors?.levels ?? anchors(work, size: settings.training.imageSize),
            statePath: work.plan.outputFolder + "/\(folder)/state.safetensors", identity: work.inputs,
            jobs: work.session.jobs, isCancelled: work.session.isCancelled, progress: work.progress)
        try work.ledger.replaceTrainingSteps(result.steps.map(LedgerRows.step))
        let summary = ProbeSummary(result)
        if let note = summary.timeNote { work.session.note(note) }
        let outputs = try result.files().map { try work.write($0.bytes, to: "\(folder)/\($0.name)") }
        return StageResult(status: .done, inputs: "", outputs: outputs, summary: summary.entries)
    }

    /// The folder of a plan's probe; nil where the plan has none that is done.
    static func finishedFolder(_ plan: PlanFile) -> String? {
        guard plan.settings.hasBlock(.probe), plan.results[.probe]?.status == .done else { return nil }
        return plan.outputFolder + "/" + folder
    }

    /// The plan's new anchors at the probe's size, where the anchors stage found that they fit better.
    private static func anchors(
        _ work: StageWork<ProbeOptions>, size: Int
    ) throws -> [[(width: Double, height: Double)]]? {
        guard work.plan.summary(.anchors, "verdict")?.string == "new" else { return nil }
        let found = try work.ledger.anchors().filter { $0.set == .new }
        // Three levels of three are what the probe's models have.
        guard found.count == 9 else { return nil }
        let factor = Double(size) / Double(try work.plan.settings.sharedOptions().image.pixels)
        return (0..<3).map { level in
            found[3 * level..<3 * level + 3].map { (($0.width * factor), ($0.height * factor)) }
        }
    }

    public static func addInputs(_ plan: PlanFile, _ options: ProbeOptions, to digest: inout DigestBuilder) throws {
        // Another build may compute on another backend, and an installed PyTorch may be another one.
        options.choice.identity.add(to: &digest)
    }

    public static func found(_ plan: PlanFile) -> String {
        func count(_ key: String, _ noun: String) -> String { Counted.text(plan.summary(.probe, key)?.int ?? 0, noun) }
        let loss = plan.summary(.probe, "loss")?.double.map { Figure.text($0, decimals: 4) } ?? Figure.none
        return "\(count("folds", "fold")), \(count("epochs", "epoch")), loss of the last \(loss)"
    }

    public static func show(
        _ plan: PlanFile, _ options: ProbeOptions, _ session: AuditSession, as format: ResultFormat
    ) throws -> StageOutput {
        if format == .json { return StageOutput(written: StageResult.json(plan.results[.probe]?.summary ?? [])) }
        func value(_ key: String) -> String { plan.summary(.probe, key)?.string ?? "–" }
        func count(_ key: String, _ noun: String) -> String {
            plan.summary(.probe, key)?.int.map { Counted.text($0, noun) } ?? "\(Figure.none) \(noun)s"
        }
        let loss = plan.summary(.probe, "loss")?.double.map { Figure.text($0, decimals: 4) } ?? Figure.none
        let quality = plan.summary(.probe, "ap50")?.double.map { "; AP50 out of fold \(Figure.text($0, decimals: 3))" }
        // Plans of before have no such figure.
        let (all, some) = (plan.summary(.probe, "images")?.int, plan.summary(.probe, "drawn")?.int)
        let drawn: TerminalText = some.flatMap { $0 == all ? nil : " learning from \($0) of them" } ?? ""
        let ending = plan.summary(.probe, "converged")?.bool == true ? ", when nothing more was gained," : ""
        let headline: TerminalText = """
            \(count("folds", "fold")) of \(count("images", "image"))\(drawn), \(count("epochs", "epoch"))\(ending) at \
            \(value("image_size")) px; loss of the last epoch \(loss)\(quality ?? "")

            """
        let diagnoses = plan.summary(.probe, "diagnoses")?.sequence ?? []
        return StageOutput(
            JudgeEntries.line(plan, .probe) + headline
                + diagnoses.map { "\($0.string ?? "")\n" as TerminalText }.joined())
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
