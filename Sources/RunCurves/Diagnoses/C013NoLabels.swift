import TextForms

/// C013: training sees no box.
enum NoLabels: RunDiagnosis {
    static let documentation = DiagnosisDocumentation(
        code: "C013", name: "no labels in training", severity: .error,
        what: "The box loss of training is nothing in every epoch: there is no box to fit.",
        why:
            "The label folder is missing, lies elsewhere or holds empty files; or the labels are of a form that the trainer "
            + "does not read.",
        threshold: "the box loss of training exactly 0 in every epoch, or every image a background",
        hides: ["C001", "C002", "C003", "C004", "C006", "C008", "C009", "C010"],
        triggering: [
            RunExample(["train/box_loss": [0, 0, 0], "train/cls_loss": [12, 5, 1], "metrics/mAP50(B)": [0, 0, 0]]),
            RunExample(
                ["train/box_loss": [0.1, 0.1]],
                console: "train: Scanning data/labels/train... 32 images, 32 backgrounds, 0 corrupt\n"),
        ],
        clean: [RunExample(["train/box_loss": [4, 3, 2], "train/cls_loss": [3, 2, 1]])])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let box = run.table.curve(.loss(.train, "box"))
        let isZero = box.count >= 2 && box.values.allSatisfy { $0 == 0 }
        let scan = run.console?.scans["train"]
        let isEmpty = scan.map { $0.images > 0 && $0.backgrounds >= $0.images } ?? false
        guard isZero || isEmpty else { return nil }
        var steps: [FirstStep] = []
        if let step = audit.step("P001", "D019", "P006", "F001", reason: "what the label check says") {
            steps.append(step)
        }
        if let folder = scan?.folder { steps.append(FirstStep("look into the folder that was read", file: folder)) }
        steps.append(
            FirstStep(
                "see which labels the trainer reads: assay-labels \(run.data?.path ?? run.settings.text("data") ?? "data.yaml")"
            ))
        let words =
            scan.map {
                "\(Counted.number($0.backgrounds)) of \(Counted.text($0.images, "image")) of train have no label"
            }
            ?? "the box loss is 0 in every one of \(Counted.text(box.count, "epoch"))"
        return diagnosis(
            run, isZero ? words : "every image of train is without a label (\(scan?.images ?? 0))",
            epochs: box.points.first.map { $0.epoch...(box.points.last?.epoch ?? $0.epoch) },
            column: .loss(.train, "box"),
            figures: [("box", box.most ?? 0)], steps: steps)
    }
}
