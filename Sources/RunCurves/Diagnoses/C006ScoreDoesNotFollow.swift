import TextForms

/// C006: the training loss falls, and the score stays where it is.
enum ScoreDoesNotFollow: RunDiagnosis {
    static let documentation = DiagnosisDocumentation(
        code: "C006", name: "loss falls, mAP does not", severity: .error,
        what:
            "The training loss falls well, and the score of validation stays next to nothing, or the losses of validation "
            + "do not fall with it.",
        why:
            "Labels of validation that are wrong, class names in another order, a val path to something else, or images "
            + "that are prepared in another way than for training.",
        threshold:
            "eight epochs or more; 15 % of the training loss gone; mAP50 never above 0.05, or falling again to less "
            + "than a quarter of its best; or the class loss of validation at the end more than 2.5 times that of training",
        triggering: [
            RunExample([
                "train/box_loss": [4, 3.5, 3, 2.8, 2.6, 2.5, 2.4, 2.3],
                "metrics/mAP50(B)": [0, 0.001, 0, 0.002, 0.001, 0.002, 0.003, 0.002],
                "val/box_loss": [4.5, 4.4, 4.5, 4.4, 4.5, 4.6, 4.5, 4.5],
            ])
        ],
        clean: [
            RunExample([
                "train/box_loss": [4, 3.5, 3, 2.8, 2.6, 2.5, 2.4, 2.3],
                "metrics/mAP50(B)": [0, 0.05, 0.1, 0.2, 0.25, 0.3, 0.33, 0.35],
                "val/box_loss": [4.1, 3.6, 3.2, 3, 2.8, 2.7, 2.6, 2.6],
            ])
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let loss = run.table.total(.train)
        let score = run.table.mainScore
        guard loss.count >= 8, let fall = loss.fall, fall > 0.15, let best = score.smooth.most, let last = score.end,
            let end = loss.points.last?.epoch
        else { return nil }
        let never = best < 0.05
        let lost = last < best / 4 && best >= 0.05
        let ratio = classRatio(run)
        let isWrongClass = ratio.map { $0 > 2.5 } ?? false
        guard never || lost || isWrongClass else { return nil }
        var steps: [FirstStep] = []
        if let step = audit.step("D036", "D026", "B015", "D027", reason: "class names in another order") {
            steps.append(step)
        }
        if let step = audit.step("D005", "D006", reason: "images in both splits") { steps.append(step) }
        if let scan = run.console?.scans["val"] {
            steps.append(
                FirstStep(
                    "look at the labels that validation reads: \(scan.folder) (\(Counted.text(scan.images, "image")))",
                    file: scan.folder))
        } else {
            steps.append(
                FirstStep(
                    "look at the labels of val over their images: assay-labels \(run.data?.path ?? "data.yaml") --splits val",
                    file: run.data?.path))
        }
        steps.append(
            FirstStep(
                "validate with val set to the training images: a score that is then good says that val is what is wrong"
            ))
        let words =
            isWrongClass
            ? "the class loss of validation is \(RunFigure.text(ratio ?? 0)) times that of training at the end: it is sure of classes that the labels do not have"
            : never
                ? "mAP50 never rises above \(RunFigure.text(best))"
                : "mAP50 was \(RunFigure.text(best)) and is \(RunFigure.text(last)) at the end"
        return diagnosis(
            run, "\(RunFigure.percent(fall)) % of the training loss is gone, and \(words)",
            epochs: (loss.points.first?.epoch ?? 1)...end,
            column: .score(.map50, of: "B"),
            figures: [("fall", fall), ("best", best), ("last", last)] + (ratio.map { [("class_ratio", $0)] } ?? []),
            steps: steps)
    }

    /// The class loss of validation over that of training, at the end.
    private static func classRatio(_ run: TrainingRun) -> Double? {
        guard let train = run.table.curve(.loss(.train, "cls")).end, let val = run.table.curve(.loss(.val, "cls")).end,
            train > 0
        else { return nil }
        return val / train
    }
}
