import TextForms

/// C015: the trainer left images out.
enum LabelsLeftOut: RunDiagnosis {
    /// Of the images of a split.
    static let share = 0.02

    static let documentation = DiagnosisDocumentation(
        code: "C015", name: "images left out", severity: .error,
        what: "The trainer left images out when it read the labels; the curve is that of a smaller dataset.",
        why:
            "`nc` below the highest class id is the usual cause; then rows that are no labels, and files that are no images.",
        threshold: "one image in fifty of train or val, by what the trainer said or by the labels themselves",
        triggering: [
            RunExample(
                ["train/box_loss": [4, 3, 2]],
                console: "train: Scanning data/labels/train... 32 images, 0 backgrounds, 21 corrupt\n")
        ],
        clean: [
            RunExample(
                ["train/box_loss": [4, 3, 2]],
                console: "train: Scanning data/labels/train... 32 images, 0 backgrounds, 0 corrupt\n")
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        for name in ["train", "val"] {
            guard let data = run.data, let split = data.splits[name], let beyond = split.beyond,
                Double(split.beyondImages) > share * Double(split.images)
            else { continue }
            return diagnosis(
                run,
                "\(Counted.number(split.beyondImages)) of \(Counted.text(split.images, "image")) of \(name) have a class id above nc=\(data.classCount)",
                figures: [("left_out", Double(split.beyondImages)), ("images", Double(split.images))],
                steps: [
                    FirstStep(
                        "raise nc to \(highest(data) + 1) and name the classes, or mend the labels", file: data.path),
                    FirstStep("look at \(beyond.file):\(beyond.line)", file: beyond.file),
                ],
                file: beyond.file, line: beyond.line)
        }
        guard let console = run.console else { return nil }
        for split in ["train", "val"] {
            guard let scan = console.scans[split], scan.corrupt > 0, Double(scan.corrupt) > share * Double(scan.images)
            else { continue }
            var steps: [FirstStep] = []
            if let step = audit.step("B001", reason: "class ids that data.yaml does not have") { steps.append(step) }
            if let line = console.beyondLine {
                steps.append(
                    FirstStep("raise nc, or mend the labels: \(line.text.prefix(160))", file: run.settings.text("data"))
                )
            }
            steps.append(
                FirstStep(
                    "see which, and why: assay-labels \(run.data?.path ?? run.settings.text("data") ?? "data.yaml"); nc below the highest class id is the usual cause",
                    file: run.settings.text("data")))
            return diagnosis(
                run,
                "the trainer left out \(Counted.number(scan.corrupt)) of \(Counted.text(scan.images, "image")) of \(split)",
                figures: [("left_out", Double(scan.corrupt)), ("images", Double(scan.images))],
                steps: steps, file: console.file, line: console.beyondLine?.number ?? scan.line)
        }
        return nil
    }

    private static func highest(_ data: RunData) -> Int { data.splits.values.flatMap(\.boxes.keys).max() ?? 0 }
}
