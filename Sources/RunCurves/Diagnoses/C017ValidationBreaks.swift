/// C017: from one epoch to the next nothing is detected any more, and training does not notice.
enum ValidationBreaks: RunDiagnosis {
    /// The score before, over that after.
    static let times = 5.0
    /// Below this the score before is luck.
    static let leastScore = 0.015
    /// A score that swings is back after so many epochs.
    static let reach = 4

    static let documentation = DiagnosisDocumentation(
        code: "C017", name: "validation breaks in one epoch", severity: .error,
        what:
            "From one epoch to the next mAP50 falls to next to nothing and stays there, while the training loss goes on.",
        why:
            "An image whose pixels have another range (sixteen bits read as eight, values that are not divided by 255): "
            + "training normalises it away with its batch, but the running statistics of batch normalisation, with which "
            + "validation is done, are spoiled. Or a change of the data or of the rate in that epoch.",
        threshold:
            "from the third epoch on; mAP50 of both epochs before at least 0.015 and five times that of each of the four from "
            + "there on (three at least); a box loss of validation, where there is one, 15 % above that of the three epochs before, or "
            + "less than half of it, since nothing is assigned any more; the training loss no more than a quarter above",
        hides: ["C002", "C006", "C008", "C009"],
        triggering: [
            RunExample([
                "train/box_loss": [4, 3.6, 3.3, 3.1, 2.9, 2.8, 2.7, 2.6],
                "metrics/mAP50(B)": [0, 0.05, 0.1, 0.15, 0, 0, 0.001, 0.002],
                "val/box_loss": [4.1, 3.7, 3.4, 3.2, 5.9, 5.8, 5.8, 5.7],
            ])
        ],
        clean: [
            // One bad epoch.
            RunExample([
                "train/box_loss": [4, 3.6, 3.3, 3.1, 2.9, 2.8, 2.7, 2.6],
                "metrics/mAP50(B)": [0, 0.05, 0.1, 0.15, 0.01, 0.16, 0.2, 0.2],
            ]),
            // A score that swings.
            RunExample([
                "train/box_loss": [4, 3.6, 3.3, 3.1, 2.9, 2.8, 2.7, 2.6],
                "metrics/mAP50(B)": [0, 0.2, 0.39, 0.001, 0, 0.05, 0.27, 0.3],
                "val/box_loss": [4.1, 3.7, 3.1, 3.6, 3.7, 3.6, 3, 2.9],
            ]),
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let score = run.table.mainScore
        let loss = run.table.total(.train)
        guard score.count >= 5 else { return nil }
        let values = score.values
        for at in 2...(values.count - 3) {
            let before = min(values[at - 2], values[at - 1])
            let after = values[at..<min(at + reach, values.count)].max() ?? 0
            let epoch = score.points[at].epoch
            guard before >= leastScore, before >= times * after, let was = loss.until(epoch - 1).end,
                let now = loss.from(epoch).start, now <= 1.25 * was, jumps(run.table.curve(.loss(.val, "box")), epoch)
            else { continue }
            var steps = [audit.step("F001", "F002", "F003", "F004", "F006", reason: "images of another kind")]
                .compactMap { $0 }
            steps += audit.imageSteps()
            steps.append(
                FirstStep(
                    "look for images with more than eight bits or of another range: assay-labels \(run.data?.path ?? "data.yaml")",
                    file: run.data?.path))
            steps.append(
                FirstStep(
                    "go on from the weights of epoch \(score.points[at - 1].epoch), or run the model over good images in training mode: that mends the statistics"
                ))
            return diagnosis(
                run,
                "mAP50 is \(RunFigure.text(values[at - 1])) in epoch \(score.points[at - 1].epoch) and \(RunFigure.text(values[at])) in epoch \(epoch), while the training loss goes from \(RunFigure.text(was)) to \(RunFigure.text(now))",
                epochs: epoch...epoch, column: .score(.map50, of: "B"),
                figures: [
                    ("before", values[at - 1]), ("after", values[at]), ("train_before", was), ("train_after", now),
                ], steps: steps)
        }
        return nil
    }

    /// Whether validation, too, is another from an epoch on.
    private static func jumps(_ val: Curve, _ epoch: Int) -> Bool {
        guard let was = Curve.median(val.until(epoch - 1).points.suffix(3).map(\.value)), was > 0,
            let now = val.value(at: epoch)
        else { return true }
        return now > 1.15 * was || now < 0.5 * was
    }
}
