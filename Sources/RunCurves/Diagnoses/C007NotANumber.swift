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
        let broken = run.table.columns.compactMap { column -> (column: LogColumn, curve: Curve)? in
            if case .seconds = column { return nil }
            let curve = run.table.curve(column)
            guard !curve.broken.isEmpty else { return nil }
            // Weights that are nan do not heal: validation that does has only overflowed.
            if case .loss(.train, _) = column { return (column, curve) }
            return healed(curve) == nil ? (column, curve) : nil
        }
        // What stays without a number says more than what heals.
        let lasting = broken.filter { healed($0.curve) == nil }
        let first = (lasting.isEmpty ? broken : lasting).min {
            ($0.curve.broken.first ?? 0) < ($1.curve.broken.first ?? 0)
        }
        let said = run.console.flatMap { console in console.nanLine.map { (console.file, $0) } }
        if let first, said == nil, let after = healed(first.curve) {
            return overflow(run, audit, first.column, first.curve.broken, after: after)
        }
        guard first != nil || said != nil else { return nil }
        let rules = RateRules(run)
        var steps: [FirstStep] = []
        if run.settings.flag("amp") == true {
            steps.append(FirstStep(set: "amp", to: "False", "half precision overflows first"))
        }
        if let step = audit.step("B005", "F005", "F003", reason: "boxes that are no boxes") { steps.append(step) }
        steps += rules.slower
        steps.append(FirstStep("start from other weights: those that were given may hold nan already"))
        if let step = audit.imageSteps(1).first { steps.append(step) }
        if let first, let epoch = first.curve.broken.first {
            return diagnosis(
                run, "\(first.column.name) is no number from epoch \(epoch) on",
                epochs: epoch...(run.table.rows.last?.epoch ?? epoch),
                column: first.column, figures: [("epoch", Double(epoch))], steps: steps)
        }
        return diagnosis(
            run, "the trainer says: \(said?.1.text.prefix(120) ?? "")", steps: steps, file: said?.0,
            line: said?.1.number)
    }

    /// The first epoch with a number after all that have none.
    private static func healed(_ curve: Curve) -> Int? {
        curve.broken.last.flatMap { last in curve.points.first { $0.epoch > last }?.epoch }
    }

    /// Batches whose loss overflowed, in a training that went on.
    private static func overflow(
        _ run: TrainingRun, _ audit: AuditKnowledge, _ column: LogColumn, _ broken: [Int], after: Int
    ) -> Diagnosis? {
        guard let first = broken.first, let last = broken.last else { return nil }
        var steps =
            run.settings.flag("amp") == true
            ? [FirstStep("go on: AMP leaves out a step that overflows")] : RateRules(run).slower
        steps += audit.imageSteps()
        if steps.isEmpty {
            steps = [
                FirstStep("rank the images by loss, and look at the first: assay-toxic data.yaml --weights best.pt")
            ]
        }
        let epochs =
            first == last
            ? "epoch \(first)"
            : broken.count == last - first + 1
                ? "epochs \(first) to \(last)" : "\(broken.count) of the epochs \(first) to \(last)"
        return diagnosis(
            run, "\(column.name) is no number in \(epochs), and one again in epoch \(after)", epochs: first...last,
            column: column, figures: [("epoch", Double(first))], steps: steps, severity: .warning)
    }
}
