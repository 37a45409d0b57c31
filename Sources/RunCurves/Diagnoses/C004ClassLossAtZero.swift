/// C004: the class loss is next to nothing from the first epochs on.
enum ClassLossAtZero: RunDiagnosis {
    /// Of the box loss.
    static let share = 0.01

    static let documentation = DiagnosisDocumentation(
        code: "C004", name: "class loss at once near zero", severity: .warning,
        what: "The class loss of training is next to nothing from the second epoch on.",
        why:
            "One class only, where it is as it should be; `nc` below the highest class id, so that images of other classes "
            + "were left out; `single_cls`; or a class gain of nothing.",
        threshold: "three epochs or more; in every epoch from the second on below 1 % of the box loss",
        triggering: [
            RunExample([
                "train/box_loss": [0.1, 0.09, 0.08, 0.07], "train/obj_loss": [0.1, 0.1, 0.1, 0.1],
                "train/cls_loss": [0, 0, 0, 0],
            ])
        ],
        clean: [RunExample(["train/box_loss": [0.1, 0.09, 0.08, 0.07], "train/cls_loss": [0.03, 0.02, 0.01, 0.008]])])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let rows = run.table.rows.dropFirst()
        let pairs = rows.compactMap { row -> (box: Double, cls: Double)? in
            guard let box = row.values[.loss(.train, "box")], let cls = row.values[.loss(.train, "cls")] else {
                return nil
            }
            return (box, cls)
        }
        guard pairs.count >= 2, pairs.allSatisfy({ $0.box > 0 && $0.cls < share * $0.box }) else { return nil }
        var steps: [FirstStep] = []
        if let step = audit.step("B001", reason: "class ids that data.yaml does not have") { steps.append(step) }
        if run.settings.flag("single_cls") == true, let key = run.settings.entry("single_cls") {
            steps.append(
                FirstStep(
                    "leave out single_cls, unless one class is meant: \(key.entry.file):\(key.entry.line)",
                    file: key.entry.file))
        }
        if run.settings.number("cls") == 0 {
            steps.append(FirstStep(set: "cls", to: "0.5", "the class loss counts nothing"))
        }
        let count = run.data?.classCount ?? (audit.classNames.isEmpty ? nil : audit.classNames.count)
        let isOne = count == 1
        steps.append(
            FirstStep(
                isOne
                    ? "nothing, where one class is meant: there is nothing to tell apart"
                    : "compare nc with the highest class id of the labels: assay-labels \(run.data?.path ?? "data.yaml")",
                file: run.data?.path))
        return diagnosis(
            run,
            "the class loss is \(RunFigure.text(pairs[0].cls)) in the second epoch, beside a box loss of \(RunFigure.text(pairs[0].box))",
            epochs: (rows.first?.epoch ?? 2)...(run.table.rows.last?.epoch ?? 2), column: .loss(.train, "cls"),
            figures: [("class", pairs[0].cls), ("box", pairs[0].box)], steps: steps, severity: isOne ? .note : .warning)
    }
}
