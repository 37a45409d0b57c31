import TextForms

/// C002: the class loss falls and the box loss does not.
enum BoxLossStaysHigh: RunDiagnosis {
    /// Less of the box loss than this is gone.
    static let leastFall = 0.08
    /// While this much of the class loss is.
    static let otherFall = 0.25

    static let documentation = DiagnosisDocumentation(
        code: "C002", name: "box loss stays high", severity: .warning,
        what: "The class loss of training falls, and its box loss hardly does, or boxes stay far from their labels.",
        why:
            "Anchors that do not fit (the best possible recall tells), boxes smaller than the finest stride, labels that are "
            + "shifted or drawn loosely, or too small a gain of the box loss.",
        threshold:
            "eight epochs or more; less than 8 % of the box loss gone while the class loss lost 25 % or more, and mAP50 "
            + "never 0.3; or, where the gain tells what the loss means (Ultralytics: gain × (1 − IoU)), an overlap below a half at the "
            + "end, no more than 15 % better than at the worst, and mAP50 never 0.1",
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

    /// What the box loss says of the overlap of boxes with their labels; nil where its gain is not known.
    private static func overlap(_ run: TrainingRun, _ loss: Double) -> Double? {
        guard run.trainer == .ultralytics, let gain = run.settings.number("box"), gain > 0 else { return nil }
        return 1 - loss / gain
    }

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let box = run.table.curve(.loss(.train, "box"))
        let cls = run.table.curve(.loss(.train, "cls"))
        guard box.count >= 8, let start = box.start, let end = box.end, start > 0, let fall = box.fall,
            let other = cls.fall
        else { return nil }
        let best = run.table.mainScore.most ?? 0
        let lagsBehind = fall < leastFall && other >= otherFall && best < FlatFromTheStart.goodScore
        let overlap = overlap(run, end)
        let isFar = overlap.map { $0 < 0.5 } ?? false && box.fallFromPeak ?? 1 < 0.15 && best < 0.1
        guard lagsBehind || isFar else { return nil }
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
            lagsBehind
                ? "the box loss is \(RunFigure.text(start)) at first and \(RunFigure.text(end)) at the end, while \(RunFigure.percent(other)) % of the class loss is gone"
                : "the box loss is \(RunFigure.text(end)) at the end: boxes overlap their labels by \(RunFigure.percent(overlap ?? 0)) % in training, and that gets no better",
            epochs: (box.points.first?.epoch ?? 1)...(box.points.last?.epoch ?? 1), column: .loss(.train, "box"),
            figures: [("box_first", start), ("box_last", end), ("box_fall", fall), ("class_fall", other)], steps: steps)
    }
}
