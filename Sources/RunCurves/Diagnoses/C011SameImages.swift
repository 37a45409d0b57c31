import TextForms

/// C011: validation is done on images of training.
enum SameImages: RunDiagnosis {
    static let documentation = DiagnosisDocumentation(
        code: "C011", name: "val is train", severity: .error,
        what: "Validation reads images that training reads: the score says how well they are remembered.",
        why: "The same folder under train and val in data.yaml, a list that holds both, or copies of images.",
        threshold: "the same folder, or one image in ten of val",
        triggering: [
            RunExample(
                ["train/box_loss": [4, 3, 2]],
                console:
                    "train: Scanning data/labels/train... 32 images, 0 backgrounds, 0 corrupt\nval: Scanning data/labels/train.cache... 32 images, 0 backgrounds, 0 corrupt\n"
            )
        ],
        clean: [
            RunExample(
                ["train/box_loss": [4, 3, 2]],
                console:
                    "train: Scanning data/labels/train... 32 images, 0 backgrounds, 0 corrupt\nval: Scanning data/labels/val... 12 images, 0 backgrounds, 0 corrupt\n"
            )
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        if let data = run.data, let val = data.splits["val"], val.images > 0, data.shared * 10 >= val.images,
            data.shared > 0
        {
            return diagnosis(
                run,
                "\(Counted.number(data.shared)) of \(Counted.text(val.images, "image")) of val are images of train",
                figures: [("shared", Double(data.shared)), ("val", Double(val.images))],
                steps: [FirstStep("name another folder under val", file: data.path)], file: data.path)
        }
        func folder(_ split: String) -> (String, ConsoleLog.Scan)? {
            guard let scan = run.console?.scans[split] else { return nil }
            let name = scan.folder.hasSuffix(".cache") ? String(scan.folder.dropLast(6)) : scan.folder
            return (name, scan)
        }
        guard let train = folder("train"), let val = folder("val"), train.0 == val.0, !val.0.isEmpty,
            train.1.images == val.1.images
        else { return nil }
        return diagnosis(
            run, "train and val are both read from \(val.0): \(Counted.text(val.1.images, "image"))",
            figures: [("shared", Double(val.1.images))],
            steps: [
                FirstStep(
                    "name another folder under val in \(run.settings.text("data") ?? "data.yaml")",
                    file: run.settings.text("data"))
            ],
            file: run.console?.file, line: val.1.line)
    }
}
