/// C007: nan or infinity.
enum NotANumber: RunDiagnosis {
    static let documentation = DiagnosisDocumentation(
        code: "C007", name: "not a number", severity: .error,
        what: "A loss or a score is nan or infinite.",
        why:
            "Half precision (AMP) that overflows, boxes without area, a rate that is too large, or weights that were nan when "
            + "the training began.",
        threshold:
            "one epoch of training, or one of validation and none with a number after it (validation that heals is C010 or "
            + "C012), or the trainer says so; a warning where training goes on with numbers, and then it hides nothing",
        hides: ["C001", "C002", "C003", "C004", "C005", "C006", "C008", "C009", "C010", "C012", "C016"],
        triggering: [
            RunExample(["train/box_loss": [4, 3.5, .nan, .nan], "metrics/mAP50(B)": [0, 0.1, 0, 0]]),
            RunExample(
                ["train/box_loss": [4, 3.5, 3.4, 3.3]],
                console: "WARNING Loss NaN/Inf detected (attempt 1/3), recovering from last.pt...\n"),
            // A batch that overflowed.
            RunExample(["train/box_loss": [4, 3.5, .infinity, 3.2, 3]]),
        ],
        clean: [
            RunExample(["train/box_loss": [4, 3.5, 3.2, 3]]),
            RunExample([
                "train/box_loss": [4, 3.5, 3.2, 3, 2.9, 2.8], "val/box_loss": [4, .nan, .nan, 3.4, 3.2, 3.1],
            ]),
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let broken = run.table.columns.flatMap { column -> [(epoch: Int, column: LogColumn)] in
            if case .seconds = column { return [] }
            // Weights that are nan do not heal: validation that does has only overflowed.
            if case .loss(.train, _) = column {
            } else {
                let curve = run.table.curve(column)
                if let last = curve.points.last?.epoch, let broken = curve.broken.last, last > broken { return [] }
            }
            return run.table.curve(column).broken.map { ($0, column) }
        }.min { $0.epoch < $1.epoch }
        let said = run.console.flatMap { console in console.nanLine.map { (console.file, $0) } }
        guard broken != nil || said != nil else { return nil }
        let rules = RateRules(run)
        var steps: [FirstStep] = []
        if run.settings.flag("amp") == true {
            steps.append(FirstStep(set: "amp", to: "False", "half precision overflows first"))
        }
        if let step = audit.step("B005", "F005", "F003", reason: "boxes that are no boxes") { steps.append(step) }
        steps += rules.slower
        steps.append(FirstStep("start from other weights: those that were given may hold nan already"))
        if let step = audit.imageSteps(1).first { steps.append(step) }
        if let broken, said == nil, let healed = healed(run.table.curve(broken.column)) {
            steps =
                run.settings.flag("amp") == true
                ? [FirstStep("go on: AMP leaves out a step that overflows")] : rules.slower
            steps += audit.imageSteps()
            if steps.isEmpty {
                steps = [
                    FirstStep("rank the images by loss, and look at the first: assay-toxic data.yaml --weights best.pt")
                ]
            }
            let (first, last) = (healed.broken.lowerBound, healed.broken.upperBound)
            let epochs = first == last ? "epoch \(first)" : "epochs \(first) to \(last)"
            return diagnosis(
                run, "\(broken.column.name) is no number in \(epochs), and one again in epoch \(healed.after)",
                epochs: healed.broken, column: broken.column, figures: [("epoch", Double(first))], steps: steps,
                severity: .warning)
        }
        if let broken {
            return diagnosis(
                run, "\(broken.column.name) is no number from epoch \(broken.epoch) on",
                epochs: broken.epoch...(run.table.rows.last?.epoch ?? broken.epoch),
                column: broken.column, figures: [("epoch", Double(broken.epoch))], steps: steps)
        }
        return diagnosis(
            run, "the trainer says: \(said?.1.text.prefix(120) ?? "")", steps: steps, file: said?.0,
            line: said?.1.number)
    }

    /// The epochs without a number, and the first one after them, where there is one.
    private static func healed(_ curve: Curve) -> (broken: ClosedRange<Int>, after: Int)? {
        guard let first = curve.broken.first, let last = curve.broken.last,
            let after = curve.points.first(where: { $0.epoch > last })?.epoch
        else { return nil }
        return (first...last, after)
    }
}
