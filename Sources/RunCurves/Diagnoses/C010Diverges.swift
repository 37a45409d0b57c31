/// C010: the loss grows.
enum Diverges: RunDiagnosis {
    /// Below this nothing is detected.
    private static let noScore = 0.02

    static let documentation = DiagnosisDocumentation(
        code: "C010", name: "diverges", severity: .error,
        what:
            "The losses grow far above where they were, or the training loss rises while nothing is detected any more.",
        why:
            "A learning rate that is too large is the first thing to look at, then the warm-up, then gradients that are not "
            + "clipped.",
        threshold:
            "four epochs or more; in two epochs a loss of validation more than 50 times what that of training was at "
            + "first, with mAP50 below 0.02 at the end, or below 0.1 where it was more than 5,000 times; or the training loss at the end no lower than at first and 10 % above its "
            + "lowest point before, to which it had fallen by 10 % or more, or with a rate of more than five times the usual "
            + "one, with mAP50 below 0.02 in the last third",
        hides: ["C001", "C002", "C003", "C004", "C005", "C006", "C008", "C009", "C012"],
        triggering: [
            RunExample(
                [
                    "train/box_loss": [4, 4.5, 5, 5.5, 5.6, 5.7], "metrics/mAP50(B)": [0.01, 0, 0, 0, 0, 0],
                    "val/cls_loss": [3, 80, 900, 1200, 1100, 1000],
                ], settings: "lr0: 1.0\nbatch: 64\noptimizer: SGD\n")
        ],
        clean: [
            RunExample([
                "train/box_loss": [4, 3.5, 3, 2.7, 2.5, 2.4], "metrics/mAP50(B)": [0.01, 0.05, 0.1, 0.2, 0.3, 0.3],
                "val/cls_loss": [3, 9, 2.5, 2.2, 2, 1.9],
            ]),
            // Steps that were too long at the full rate, and are made good again.
            RunExample([
                "train/cls_loss": [2, 3.1, 3.3, 3.1, 2.9, 2.7, 2.6, 2.5],
                "metrics/mAP50(B)": [0, 0, 0.001, 0.003, 0.01, 0.03, 0.06, 0.08],
                "val/cls_loss": [3.6, 137, 5.5, 152, 4, 3.4, 3.2, 3.1],
            ]),
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        guard run.table.rows.count >= 4 else { return nil }
        let score = run.table.mainScore
        let late = score.values.suffix(max(2, score.count / 3))
        let rules = RateRules(run)
        var steps = rules.slower + rules.longerWarmUp
        if steps.isEmpty {
            steps.append(
                FirstStep(
                    set: "lr0", to: rules.rate.map { RunFigure.text($0 / 10) } ?? "0.001", "a tenth of what it was"))
        }
        steps += audit.imageSteps(2)
        for part in run.table.parts(.val) {
            let curve = run.table.curve(.loss(.val, part))
            guard let first = run.table.curve(.loss(.train, part)).start, first > 0, let most = curve.most,
                let end = curve.end
            else { continue }
            let wild = curve.points.filter { $0.value > 50 * first }
            // A few steps that were too long are made good again, unless they were far too long.
            let good = most > 5000 * first ? 0.1 : noScore
            guard wild.count >= 2, let from = wild.first?.epoch, let to = wild.last?.epoch, late.last ?? 0 < good else {
                continue
            }
            return diagnosis(
                run,
                "val/\(part) reaches \(RunFigure.text(most)), while train/\(part) began at \(RunFigure.text(first)): the steps are too long",
                epochs: from...to, column: .loss(.val, part),
                figures: [("first", first), ("most", most), ("last", end)],
                steps: steps)
        }
        guard (late.max() ?? 0) < noScore else { return nil }
        let loss = run.table.total(.train)
        guard loss.count >= 4, let low = loss.smooth.points.dropLast(2).min(by: { $0.value < $1.value }),
            let end = loss.end, let start = loss.start,
            low.value > 0, end > low.value * 1.1, end >= start,
            // A loss that rises from the first epoch on is that of a head that assigns its first boxes.
            loss.smooth.until(low.epoch).most ?? 0 > low.value * 1.1 || rules.excess ?? 0 > 5
        else { return nil }
        return diagnosis(
            run,
            "the training loss was \(RunFigure.text(low.value)) in epoch \(low.epoch) and is \(RunFigure.text(end)), and nothing is detected any more",
            epochs: low.epoch...(loss.points.last?.epoch ?? low.epoch), figures: [("least", low.value), ("last", end)],
            steps: steps)
    }
}
