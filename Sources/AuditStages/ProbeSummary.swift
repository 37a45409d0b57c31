import AuditPlan
import AvailableBackends
import Findings
import ProbeTraining
import TextForms
import YAMLText
import YOLOModel

/// What a person or a program is told of a finished probe.
public struct ProbeSummary {
    private let result: ProbeResult

    /// - Parameter result: a probe that has run to its end.
    public init(_ result: ProbeResult) { self.result = result }

    private var backend: BackendChoice {
        Backends.choice(of: result.settings.training.backend, on: result.settings.training.device)
    }

    /// The figures, as the plan keeps them.
    public var entries: [StageResult.Entry] {
        let loss = result.lastLoss
        return [
            .init("images", result.split.samples.count), .init("drawn", result.split.drawn.count),
            .init("folds", result.settings.folds),
            .init("near_duplicates", result.split.groupedImages), .init("model", result.start.name),
            .init("backend", backend.identity),
            .init("image_size", result.settings.training.imageSize), .init("epochs", result.epochs),
            .init("steps", result.training.steps),
            .init("converged", yaml: result.training.hasConverged ? "true" : "false"),
            .init("loss", loss.total), .init("box", loss.box), .init("obj", loss.objectness ?? 0),
            .init("cls", loss.classification), .init("clipped_steps", result.clippedShare),
            .init("diagnoses", yaml: "[\(result.diagnoses.map(YAMLEmitter.quoted).joined(separator: ", "))]"),
        ] + JudgeEntries.of(result.trained.quality, sentence: doubt)
    }

    /// Why the probe cannot judge, with the way out. With a budget the result depends on the machine anyway, and says the
    /// time.
    private var doubt: String? { result.doubt(withTime: result.settings.budget != nil) }

    /// What would be enough takes so long on this machine, as it was measured; nil where nothing more is needed.
    public var timeNote: String? {
        guard result.settings.budget == nil, let epochs = result.verdict.enoughEpochs,
            let seconds = result.trained.secondsPerEpoch
        else { return nil }
        return "\(Counted.text(epochs, "epoch")) of this probe would take about "
            + "\(JudgeVerdict.duration(Double(epochs) * seconds)) here"
    }

    /// Which images it learned from, where those are not all.
    private var drawn: String {
        let (drawn, all) = (result.split.drawn.count, result.split.samples.count)
        return drawn < all ? "learning from \(Counted.number(drawn)) of them " : ""
    }

    public var text: String {
        let loss = Figure.text(result.lastLoss.total, decimals: 5)
        let clipped = Figure.percent(result.clippedShare)
        let quality =
            result.trained.quality.map {
                "AP50 out of fold \(Figure.text($0.ap50, decimals: 3)); \(Figure.percent($0.found)) % of the labels are "
                    + "found, \(Figure.text($0.predictions, decimals: 1)) confident predictions an image, for "
                    + "\(Figure.text($0.labels, decimals: 1)) labelled objects\n"
            } ?? ""
        let headline =
            (doubt.map { $0 + "\n" } ?? "")
            + "\(Counted.text(result.settings.folds, "fold")) of \(Counted.text(result.split.samples.count, "image")) "
            + drawn + "(\(result.split.groupedImages) of them duplicates or near-duplicates, kept together), "
            + "\(Counted.text(result.epochs, "epoch")) "
            + (result.training.hasConverged
                ? "of \(Counted.number(result.settings.training.epochs)), as nothing more was gained, " : "")
            + "at \(result.settings.training.imageSize) px\n"
            + "loss of the last epoch \(loss), \(clipped) % of the steps clipped\n" + quality
        let diagnoses = result.diagnoses.map { $0 + "\n" }.joined()
        guard !result.split.unreadable.isEmpty else { return headline + diagnoses }
        return headline + diagnoses
            + "\(Counted.text(result.split.unreadable.count, "image")) could not be decoded: assay-labels names them\n"
    }

    /// One object with the entries.
    public var json: String { StageResult.json(entries) }
}
