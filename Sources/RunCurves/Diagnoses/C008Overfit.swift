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
            "ten epochs or more; the lowest validation loss before the last third; at the end 10 % above it, or two "
            + "and a half times the training loss; the training loss fell by 25 % or more, and by 5 % or more since then",
        triggering: [
            RunExample([
                "train/box_loss": [4, 3, 2.5, 2, 1.7, 1.4, 1.2, 1, 0.8, 0.7, 0.6, 0.5],
                "val/box_loss": [4.2, 3.4, 3, 2.9, 3, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7],
            ])
        ],
        clean: [
            RunExample([
                "train/box_loss": [4, 3, 2.5, 2, 1.7, 1.4, 1.2, 1, 0.8, 0.7, 0.6, 0.5],
                "val/box_loss": [4.2, 3.4, 3, 2.6, 2.4, 2.2, 2.1, 2, 1.9, 1.9, 1.8, 1.8],
            ])
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let train = run.table.total(.train)
        let val = run.table.total(.val)
        guard train.count >= 10, val.count >= 10, let fall = train.fall, fall >= 0.25, let low = val.leastEpoch,
            let least = val.smooth.least, let end = val.end, let last = val.points.last?.epoch,
            let first = val.points.first?.epoch,
            least > 0, let now = train.end
        else { return nil }
        guard low <= first + (last - first) * 2 / 3, end > least * (1 + rise), let then = train.smooth.value(at: low),
            now < then * 0.95
        else { return nil }
        var steps: [FirstStep] = [FirstStep("use the weights of the best epoch (best.pt), about epoch \(low)")]
        let images = run.data?.splits["train"]?.images ?? run.console?.scans["train"]?.images
        if let images, images < 200 { steps.append(FirstStep("add images: \(images) are learned by heart")) }
        if run.settings.number("mosaic") == 0 {
            steps.append(FirstStep(set: "mosaic", to: "1.0", "augmentation is off"))
        }
        if (run.settings.whole("patience") ?? 100) > last - low {
            steps.append(
                FirstStep(set: "patience", to: "\(max(10, (last - first) / 5))", "so that training stops by itself"))
        }
        return diagnosis(
            run,
            "the loss of validation was \(RunFigure.text(least)) in epoch \(low) and is \(RunFigure.text(end)), while that of training fell from \(RunFigure.text(then)) to \(RunFigure.text(now))",
            epochs: low...last,
            figures: [("val_least", least), ("val_last", end), ("train_then", then), ("train_last", now)], steps: steps)
    }
}
