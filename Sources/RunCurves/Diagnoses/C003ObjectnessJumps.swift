/// C003: objectness goes up and down.
enum ObjectnessJumps: RunDiagnosis {
    /// The usual step from epoch to epoch, as a part of the level.
    static let jump = 0.25

    static let documentation = DiagnosisDocumentation(
        code: "C003", name: "objectness jumps", severity: .warning,
        what: "The objectness loss of training goes up and down from epoch to epoch without settling.",
        why:
            "Few positives a batch: a small batch, gradients that are not gathered, `obj_pw`; objects without a label; "
            + "mosaic or mixup with small objects.",
        threshold:
            "ten epochs or more; in the last two thirds the median step from epoch to epoch is more than a quarter of "
            + "the median level",
        triggering: [
            RunExample([
                "train/box_loss": [0.1, 0.09, 0.09, 0.08, 0.08, 0.08, 0.07, 0.07, 0.07, 0.07, 0.07, 0.07],
                "train/obj_loss": [0.05, 0.04, 0.06, 0.03, 0.055, 0.028, 0.06, 0.03, 0.05, 0.025, 0.05, 0.03],
            ])
        ],
        clean: [
            RunExample([
                "train/box_loss": [0.1, 0.09, 0.09, 0.08, 0.08, 0.08, 0.07, 0.07, 0.07, 0.07, 0.07, 0.07],
                "train/obj_loss": [0.05, 0.048, 0.047, 0.046, 0.045, 0.044, 0.044, 0.043, 0.043, 0.042, 0.042, 0.042],
            ])
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let all = run.table.curve(.loss(.train, "obj"))
        guard all.count >= 10, let first = all.points.dropFirst(all.count / 3).first?.epoch else { return nil }
        let late = all.from(first)
        guard let level = Curve.median(late.values), level > 0, late.jitter > jump * level else { return nil }
        var steps = RateRules(run).largerBatch
        if let count = audit.suspicionsByKind["missing"], count > 0 {
            steps.append(
                FirstStep(
                    "look at the \(count) places where an object seems to have no label",
                    file: audit.suspiciousImage["missing"]))
        }
        for key in ["mixup", "copy_paste"] where run.settings.number(key) ?? 0 > 0 {
            steps.append(FirstStep(set: key, to: "0", "it halves what small objects show"))
        }
        steps.append(
            FirstStep(
                "look for objects without a label: assay-toxic \(run.data?.path ?? "data.yaml") --weights best.pt"))
        return diagnosis(
            run,
            "the objectness loss changes by \(RunFigure.percent(late.jitter / level)) % of its level from epoch to epoch",
            epochs: first...(all.points.last?.epoch ?? first), column: .loss(.train, "obj"),
            figures: [("step", late.jitter), ("level", level)], steps: steps)
    }
}
