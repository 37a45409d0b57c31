/// C014: the training ended before its first epoch.
enum NoEpoch: RunDiagnosis {
    static let documentation = DiagnosisDocumentation(
        code: "C014", name: "no epoch finished", severity: .error,
        what: "There are settings of a run, and no row of figures.",
        why:
            "The trainer stopped over the data (a class id above nc, no labels), over the settings, or for want of memory; "
            + "or its first epoch is not over.",
        threshold: "no row",
        triggering: [
            RunExample(
                [:], settings: "epochs: 10\n", console: "AssertionError: Label class 3 exceeds nc=2 in data.yaml.\n")
        ],
        clean: [RunExample(["train/box_loss": [4, 3]], settings: "epochs: 10\n")])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        guard run.table.rows.isEmpty else { return nil }
        var steps: [FirstStep] = []
        if let step = audit.step("B001", "D038", "D001", reason: "the trainer stops over it") { steps.append(step) }
        if let error = run.console?.errorLine {
            if error.text.contains("exceed") {
                steps.append(
                    FirstStep(
                        "raise nc, or mend the labels: \(error.text.prefix(160))", file: run.settings.text("data")))
            }
            steps.append(FirstStep("read \(run.console?.file ?? "") line \(error.number)", file: run.console?.file))
        } else {
            steps.append(FirstStep("look at what the trainer said last on the terminal"))
        }
        steps.append(
            FirstStep(
                "see whether the trainer starts on the data: assay-labels \(run.data?.path ?? run.settings.text("data") ?? "data.yaml")"
            ))
        let said = run.console?.errorLine.map { ": \($0.text.prefix(160))" } ?? ""
        return diagnosis(
            run, "no epoch was finished\(said)", steps: steps, file: run.console?.file ?? run.settings.files.first,
            line: run.console?.errorLine?.number)
    }
}
