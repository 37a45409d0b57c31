import TextForms

/// C002: the class loss falls and the box loss does not.
enum BoxLossStaysHigh: RunDiagnosis {
    /// Less of the box loss than this is gone.
    static let leastFall = 0.08
    /// While this much of the class loss is.
    static let otherFall = 0.25

    static let documentation = DiagnosisDocumentation(
        code: "C002", name: "box loss stays high", severity: .warning,
        what: "The class loss of training falls, and its box loss hardly does.",
        why:
            "Anchors that do not fit (the best possible recall tells), boxes smaller than the finest stride, labels that are "
            + "shifted or drawn loosely, or too small a gain of the box loss.",
        threshold:
            "eight epochs or more; less than 8 % of the box loss gone while the class loss lost 25 % or more, in the "
            + "last half of the run still without a fall",
        triggering: [
            RunExample([
                "train/box_loss": [0.11, 0.111, 0.109, 0.11, 0.108, 0.11, 0.109, 0.108],
                "train/cls_loss": [0.04, 0.03, 0.025, 0.02, 0.018, 0.015, 0.014, 0.013],
                "metrics/mAP50(B)": [0, 0.01, 0.02, 0.02, 0.02, 0.03, 0.03, 0.03],
            ])
        ],
        clean: [
            RunExample([
                "train/box_loss": [0.11, 0.1, 0.09, 0.085, 0.08, 0.078, 0.075, 0.07],
                "train/cls_loss": [0.04, 0.03, 0.025, 0.02, 0.018, 0.015, 0.014, 0.013],
                "metrics/mAP50(B)": [0, 0.1, 0.2, 0.25, 0.3, 0.33, 0.35, 0.4],
            ])
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let box = run.table.curve(.loss(.train, "box"))
        let cls = run.table.curve(.loss(.train, "cls"))
        guard box.count >= 8, let start = box.start, let end = box.end, start > 0, let fall = box.fall,
            fall < leastFall,
            let other = cls.fall, other >= otherFall, run.table.mainScore.most ?? 0 < FlatFromTheStart.goodScore
        else { return nil }
        var steps: [FirstStep] = []
        if let recall = audit.currentRecall ?? run.console?.bestPossibleRecall, recall < 0.98 {
            steps.append(
                FirstStep(
                    "take the anchors of assay-anchors: those in use reach \(RunFigure.percent(recall)) % of the boxes at best"
                        + (audit.newRecall.map { ", the new ones \(RunFigure.percent($0)) %" } ?? ""),
                    file: "anchors.yaml"))
        }
        if let count = audit.suspicionsByKind["shifted"], count > 0 {
            steps.append(
                FirstStep(
                    "look at \(Counted.text(count, "label")) suspected to be shifted",
                    file: audit.suspiciousImage["shifted"]))
        }
        if let step = audit.step("B009", reason: "boxes below the stride") { steps.append(step) }
        steps.append(
            FirstStep(
                "look at labels over their images for boxes that are shifted or loose: assay-labels \(run.data?.path ?? "data.yaml")"
            ))
        if run.trainer != .ultralytics {
            steps.append(FirstStep("measure the anchors: assay-anchors \(run.data?.path ?? "data.yaml") --check"))
        }
        return diagnosis(
            run,
            "the box loss is \(RunFigure.text(start)) at first and \(RunFigure.text(end)) at the end, while \(RunFigure.percent(other)) % of the class loss is gone",
            epochs: (box.points.first?.epoch ?? 1)...(box.points.last?.epoch ?? 1), column: .loss(.train, "box"),
            figures: [("box_first", start), ("box_last", end), ("box_fall", fall), ("class_fall", other)], steps: steps)
    }
}
