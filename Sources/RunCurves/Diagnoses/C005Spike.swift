/// C005: one epoch stands out.
enum Spike: RunDiagnosis {
    /// So many times the usual distance from the neighbours.
    static let distance = 6.0
    /// And by so much of their level.
    static let height = 0.25

    static let documentation = DiagnosisDocumentation(
        code: "C005", name: "one spike", severity: .warning,
        what: "The training loss of one epoch stands far above the epochs around it.",
        why: "An image of that epoch with a huge loss and gradient (a damaged file, pixels of another range, labels of "
            + "another image), a step of the rate, or gradients that are not clipped.",
        threshold:
            "from the third epoch on, a part of the loss more than 25 % above the higher of the medians of the three "
            + "epochs before and after, and more than six times as far as epochs of this run usually lie from the middle of "
            + "theirs; six batches an epoch or more, where they are known",
        triggering: [
            RunExample(["train/box_loss": [4, 3.6, 3.3, 3.1, 2.9, 4.8, 2.8, 2.7, 2.6, 2.5, 2.5, 2.4]]),
            // A steady fall is no unrest.
            RunExample(["train/box_loss": [4, 3.6, 3.3, 3.1, 2.9, 4.8, 2.8, 2.7, 2.6, 2.5]]),
        ],
        clean: [
            RunExample(["train/box_loss": [4, 3.6, 3.3, 3.1, 2.9, 2.95, 2.8, 2.7, 2.6, 2.5, 2.5, 2.4]]),
            RunExample(["train/box_loss": [4, 3, 4.5, 3, 4.4, 2.9, 4.3, 2.8, 4, 2.8, 4, 2.7]]),
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        // Of a handful of steps any epoch may stand out.
        if let images = run.images(of: "train"), let batch = run.settings.batch, images < 6 * batch { return nil }
        var worst: (column: LogColumn, epoch: Int, value: Double, level: Double, ratio: Double)?
        for column in run.table.columns where column.isLoss(.train) {
            let curve = run.table.curve(column)
            guard curve.count >= 6 else { continue }
            let values = curve.values
            /// The levels before and after: the higher one, and the middle, near which a curve that falls evenly lies.
            func levels(_ at: Int) -> (higher: Double, middle: Double) {
                let before = Curve.median(Array(values[max(0, at - 3)..<at])) ?? values[at]
                let after = Curve.median(Array(values[min(at + 1, values.count)..<min(at + 4, values.count)])) ?? before
                return (max(before, after), (before + after) / 2)
            }
            let all = values.indices.map(levels)
            let usual = max(
                Curve.median(values.indices.dropFirst(2).map { abs(values[$0] - all[$0].middle) }) ?? 0, 1e-12)
            for at in values.indices.dropFirst(2) {
                let level = all[at].higher
                let above = values[at] - level
                guard level > 0, above > height * level, above > distance * usual else { continue }
                let ratio = values[at] / level
                if worst.map({ ratio > $0.ratio }) ?? true {
                    worst = (column, curve.points[at].epoch, values[at], level, ratio)
                }
            }
        }
        guard let worst else { return nil }
        let rules = RateRules(run)
        var steps = audit.imageSteps()
        steps += rules.slower + rules.longerWarmUp
        if let clipped = audit.clippedShare, clipped > 0.05 {
            steps.append(
                FirstStep(
                    "\(RunFigure.percent(clipped)) % of the images have a gradient above 10, to which the trainer clips: keep clipping on"
                ))
        }
        if steps.isEmpty {
            steps.append(
                FirstStep(
                    "rank the images by gradient, and look at the first: assay-toxic \(run.data?.path ?? "data.yaml") --weights best.pt"
                ))
        }
        return diagnosis(
            run,
            "\(worst.column.name) is \(RunFigure.text(worst.value)) in epoch \(worst.epoch), \(RunFigure.text(worst.ratio)) times the epochs around it (\(RunFigure.text(worst.level)))",
            epochs: worst.epoch...worst.epoch, column: worst.column,
            figures: [
                ("epoch", Double(worst.epoch)), ("value", worst.value), ("level", worst.level), ("ratio", worst.ratio),
            ],
            steps: steps)
    }
}
