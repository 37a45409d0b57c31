/// C008: the loss of validation rises while that of training falls.
enum Overfit: RunDiagnosis {
    /// Above its least value.
    static let rise = 0.1

    static let documentation = DiagnosisDocumentation(
        code: "C008", name: "val loss rises, train falls", severity: .warning,
        what:
            "The loss of validation had its lowest point some time ago and rises since, while the training loss falls on.",
        why: "The model learns its images by heart: stop at the best epoch, augment more, or add data.",
        threshold:
            "ten epochs or more; since the peak of the training loss the lowest validation loss before the last third, and at "
            + "the end 10 % above it, while the training loss fell by 25 % or more, and by 5 % or more since then; or at the end, "
            + "of Ultralytics before mosaics close, the box loss of validation 1.5 times that of training and its class loss "
            + "twice, 40 % of the training loss gone. Where nothing is detected at all it is C006, unless there are fewer than "
            + "twenty images to learn from, or fewer than to validate",
        triggering: [
            RunExample([
                "train/box_loss": [4, 3, 2.5, 2, 1.7, 1.4, 1.2, 1, 0.8, 0.7, 0.6, 0.5],
                "val/box_loss": [4.2, 3.4, 3, 2.9, 3, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7],
            ]),
            // The loss of validation does not rise, but falls by far less.
            RunExample([
                "train/box_loss": [4, 3, 2.5, 2, 1.7, 1.4, 1.2, 1, 0.9, 0.8, 0.8, 0.7],
                "train/cls_loss": [3, 2, 1.5, 1, 0.8, 0.7, 0.6, 0.6, 0.5, 0.5, 0.4, 0.4],
                "val/box_loss": [4.2, 3.4, 3, 2.9, 2.8, 2.7, 2.7, 2.6, 2.6, 2.6, 2.5, 2.5],
                "val/cls_loss": [3.2, 2.7, 2.5, 2.4, 2.3, 2.2, 2.2, 2.1, 2.1, 2, 2, 2],
                "metrics/mAP50(B)": [0, 0.1, 0.15, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2],
            ]),
        ],
        clean: [
            RunExample([
                "train/box_loss": [4, 3, 2.5, 2, 1.7, 1.4, 1.2, 1, 0.8, 0.7, 0.6, 0.5],
                "val/box_loss": [4.2, 3.4, 3, 2.6, 2.4, 2.2, 2.1, 2, 1.9, 1.9, 1.8, 1.8],
            ]),
            // Without mosaics, images are easier to learn.
            RunExample(
                [
                    "train/box_loss": [4, 3, 2.5, 2.2, 2, 1.8, 1.7, 1.6, 1.6, 0.9, 0.8, 0.7],
                    "train/cls_loss": [3, 2, 1.5, 1.2, 1.1, 1, 1, 0.9, 0.9, 0.4, 0.4, 0.3],
                    "val/box_loss": [4.2, 3.4, 3, 2.7, 2.5, 2.4, 2.3, 2.2, 2.1, 2, 1.9, 1.9],
                    "val/cls_loss": [3.2, 2.4, 1.9, 1.6, 1.5, 1.4, 1.3, 1.3, 1.2, 1.2, 1.1, 1.1],
                    "metrics/mAP50(B)": [0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.42, 0.45, 0.47, 0.5, 0.52, 0.54],
                ], settings: "epochs: 12\nclose_mosaic: 3\n"),
        ])

    /// Nothing but what was learned by heart is left of few images: a score of nothing is no wonder then.
    static func isByHeart(_ run: TrainingRun) -> Bool { run.hasFewImages && hasGap(run) }

    /// Neither boxes nor classes of validation are as good as those of training, which was fitted far.
    private static func hasGap(_ run: TrainingRun) -> Bool {
        guard run.table.total(.train).count >= 10, let gap = gap(run) else { return false }
        return gap.isOfBoth && run.table.total(.train).fallFromPeak ?? 0 >= 0.4
    }

    private static func gap(_ run: TrainingRun) -> ValidationGap? { ValidationGap(run, run.untilMosaicCloses) }

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let train = run.table.total(.train)
        // Before the peak a new head assigns its first boxes, and losses only rise.
        let peak = train.smooth.points.prefix(train.count / 2).max { $0.value < $1.value }?.epoch ?? 0
        let val = run.table.total(.val).from(peak)
        guard train.count >= 10, let last = val.points.last?.epoch, let first = val.points.first?.epoch,
            let now = train.end, let end = val.end
        else { return nil }
        guard isByHeart(run) || run.table.mainScore.isEmpty || run.lateScore ?? 0 >= ScoreDoesNotFollow.noScore else {
            return nil
        }
        if let fall = train.fallFromPeak, fall >= 0.25, let low = val.leastEpoch, let least = val.smooth.least,
            least > 0, low <= first + (last - first) * 2 / 3, end > least * (1 + rise),
            let then = train.smooth.value(at: low), now < then * 0.95
        {
            return diagnosis(
                run,
                "the loss of validation was \(RunFigure.text(least)) in epoch \(low) and is \(RunFigure.text(end)), while that of training fell from \(RunFigure.text(then)) to \(RunFigure.text(now))",
                epochs: low...last,
                figures: [("val_least", least), ("val_last", end), ("train_then", then), ("train_last", now)],
                steps: steps(run, low: low, first: first, last: last))
        }
        guard hasGap(run), let gap = gap(run) else { return nil }
        return diagnosis(
            run,
            "at the end the box loss of validation is \(RunFigure.text(gap.box)) times that of training, and the class loss \(RunFigure.text(gap.classes)) times, while \(RunFigure.percent(train.fallFromPeak ?? 0)) % of the training loss is gone",
            epochs: first...last,
            figures: [("box_ratio", gap.box), ("class_ratio", gap.classes), ("val_last", end), ("train_last", now)],
            steps: steps(run, low: nil, first: first, last: last))
    }

    private static func steps(_ run: TrainingRun, low: Int?, first: Int, last: Int) -> [FirstStep] {
        var steps: [FirstStep] = []
        if let low { steps.append(FirstStep("use the weights of the best epoch (best.pt), about epoch \(low)")) }
        if let images = run.images(of: "train"), images < 200 {
            steps.append(FirstStep("add images: \(images) are learned by heart"))
        }
        if run.settings.number("mosaic") == 0 {
            steps.append(FirstStep(set: "mosaic", to: "1.0", "augmentation is off"))
        }
        if let low, (run.settings.whole("patience") ?? 100) > last - low {
            steps.append(
                FirstStep(set: "patience", to: "\(max(10, (last - first) / 5))", "so that training stops by itself"))
        }
        if steps.isEmpty { steps.append(FirstStep("add images, or augment more")) }
        return steps
    }
}
