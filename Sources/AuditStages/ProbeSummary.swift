import AuditPlan
import Findings
import ProbeTraining
import TextForms
import YAMLText

/// What a person or a program is told of a finished probe.
public struct ProbeSummary {
    private let result: ProbeResult

    /// - Parameter result: a probe that has run to its end.
    public init(_ result: ProbeResult) { self.result = result }

    /// The figures, as the plan keeps them.
    public var entries: [StageResult.Entry] {
        let loss = result.lastLoss
        return [
            .init("images", result.split.samples.count), .init("folds", result.settings.folds),
            .init("near_duplicates", result.split.groupedImages), .init("model", result.start.name),
            .init("image_size", result.settings.training.imageSize), .init("epochs", result.settings.training.epochs),
            .init("loss", loss.total), .init("box", loss.box), .init("obj", loss.objectness ?? 0),
            .init("cls", loss.classification), .init("clipped_steps", result.clippedShare),
            .init("diagnoses", yaml: "[\(result.diagnoses.map(YAMLEmitter.quoted).joined(separator: ", "))]"),
        ]
    }

    public var text: String {
        let loss = Figure.text(result.lastLoss.total, decimals: 5)
        let clipped = Figure.percent(result.clippedShare)
        let headline =
            "\(Counted.text(result.settings.folds, "fold")) of \(Counted.text(result.split.samples.count, "image")) "
            + "(\(result.split.groupedImages) of them duplicates or near-duplicates, kept together), "
            + "\(Counted.text(result.settings.training.epochs, "epoch")) at "
            + "\(result.settings.training.imageSize) px\n"
            + "loss of the last epoch \(loss), \(clipped) % of the steps clipped\n"
        let diagnoses = result.diagnoses.map { $0 + "\n" }.joined()
        guard !result.split.unreadable.isEmpty else { return headline + diagnoses }
        return headline + diagnoses
            + "\(Counted.text(result.split.unreadable.count, "image")) could not be decoded: assay-labels names them\n"
    }

    /// One object with the entries.
    public var json: String { StageResult.json(entries) }
}
