import TextForms

/// C016: the training ended before it was through.
enum CutOff: RunDiagnosis {
    static let documentation = DiagnosisDocumentation(
        code: "C016", name: "cut off", severity: .error,
        what: "The log ends before the epochs that were asked for, and nothing tells that the trainer meant to.",
        why:
            "The process was killed (most often for want of memory: the kernel's log tells), the machine or the session ended, or "
            + "the trainer stopped over an error, which is the last thing that it said.",
        threshold:
            "fewer epochs than the settings ask for; none of the pictures that a trainer draws at the end, and no word of it that "
            + "it is through; no early stopping (the best epoch is less than `patience` epochs ago) and no `time` that is over; and "
            + "an error as its last word, or no row written for ten times what an epoch takes (ten minutes, where that is not "
            + "known): until then it is in progress",
        triggering: [
            RunExample(["train/box_loss": [4, 3.6, 3.3]], settings: "epochs: 100\npatience: 50\n", age: 86400),
            RunExample(
                ["train/box_loss": [4, 3.6, 3.3]], settings: "epochs: 100\n",
                console: "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n", age: 1),
        ],
        clean: [
            // In progress.
            RunExample(["train/box_loss": [4, 3.6, 3.3]], settings: "epochs: 100\n", age: 30),
            // Stopped early.
            RunExample(
                ["train/box_loss": [4, 3.6, 3.3, 3, 2.9], "metrics/mAP50-95(B)": [0.1, 0.3, 0.2, 0.2, 0.2]],
                settings: "epochs: 100\npatience: 3\n", age: 86400),
            RunExample(["train/box_loss": [4, 3.6, 3.3]], settings: "epochs: 3\n", age: 86400),
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        guard let wanted = run.wantedEpochs, !run.isWhole, let last = run.table.rows.last?.epoch, !run.hasFinalFiles,
            !(run.console?.hasEnded ?? false), !hasStoppedEarly(run, last), !isOutOfTime(run)
        else { return nil }
        let error = run.console?.errorLine
        // Of a log alone nobody knows when it was written.
        guard error != nil || (run.age != nil && !run.isInProgress) else { return nil }
        var steps: [FirstStep] = []
        if let error, let console = run.console {
            steps.append(
                FirstStep("read \(console.file) line \(error.number): \(error.text.prefix(160))", file: console.file))
            if error.text.contains("emory"), let batch = run.settings.batch, batch > 1 {
                steps.append(
                    FirstStep(
                        set: run.trainer == .ultralytics ? "batch" : "batch-size", to: "\(batch / 2)",
                        "the memory does not suffice for \(Counted.text(batch, "image"))"))
            }
        } else {
            steps.append(
                FirstStep("see whether the kernel killed it for want of memory: journalctl -k --grep 'out of memory'"))
        }
        let weights = run.lastWeights.map { run.path + "/" + $0 } ?? "weights/last.pt"
        steps.append(
            FirstStep(
                run.trainer == .ultralytics
                    ? "go on where it stopped: yolo train resume model=\(weights)"
                    : "go on where it stopped: train.py --resume \(weights)", file: run.lastWeights))
        return diagnosis(
            run,
            "the log ends after \(Counted.number(last)) of \(Counted.text(wanted, "epoch"))\(error.map { ": \($0.text.prefix(120))" } ?? ", without what a trainer leaves at the end")",
            epochs: last...last, figures: [("last", Double(last)), ("wanted", Double(wanted))], steps: steps)
    }

    /// The best epoch is as long ago as the trainer waits. The trainers differ in what they call best.
    private static func hasStoppedEarly(_ run: TrainingRun, _ last: Int) -> Bool {
        guard let patience = run.settings.whole("patience"), patience > 0 else { return false }
        let map = run.table.score(.map)
        let map50 = run.table.score(.map50)
        let mixed = Curve(
            map.points.map { ($0.epoch, 0.9 * $0.value + 0.1 * (map50.value(at: $0.epoch) ?? $0.value)) })
        return [map, map50, mixed, run.table.mainScore].contains { score in
            guard let most = score.most, let best = score.points.last(where: { $0.value >= most }) else { return false }
            return last - best.epoch >= patience
        }
    }

    /// Ultralytics' `time` ends a training after so many hours.
    private static func isOutOfTime(_ run: TrainingRun) -> Bool {
        guard let hours = run.settings.number("time"), let seconds = run.table.curve(.seconds).most else {
            return false
        }
        return seconds >= 0.9 * hours * 3600
    }
}
