/// C012: the first steps tear the weights up.
enum JumpAtTheStart: RunDiagnosis {
    /// Above the first epoch.
    static let rise = 0.15

    static let documentation = DiagnosisDocumentation(
        code: "C012", name: "jump at the start", severity: .warning,
        what: "The losses jump in the first epochs of a run without a warm-up, before they fall.",
        why:
            "The full rate on weights that are not ready for it: statistics and pretrained features are torn up, and the run "
            + "spends its first epochs mending them.",
        threshold:
            "warm-up below one epoch; the first epoch's training loss more than 30 % above the median of the next three, "
            + "or an epoch of validation among the first five more than twice the median of the five after, or no number",
        hides: ["C002", "C006", "C008", "C009"],
        triggering: [
            RunExample(
                [
                    "train/box_loss": [4.4, 3.9, 3.5, 3.2, 3, 2.9, 2.8, 2.7, 2.6, 2.5],
                    "val/box_loss": [4, 9, 12, 8, 5, 3.4, 3.2, 3.1, 3, 2.9],
                ], settings: "warmup_epochs: 0.0\nlr0: 0.05\n")
        ],
        clean: [
            RunExample(
                [
                    "train/box_loss": [4.4, 3.9, 3.5, 3.2, 3, 2.9, 2.8, 2.7, 2.6, 2.5],
                    "val/box_loss": [4, 3.8, 3.7, 3.6, 3.5, 3.4, 3.2, 3.1, 3, 2.9],
                ], settings: "warmup_epochs: 0.0\n"),
            RunExample(
                [
                    "train/box_loss": [4.4, 3.9, 3.5, 3.2, 3, 2.9, 2.8, 2.7, 2.6, 2.5],
                    "val/box_loss": [4, 9, 12, 8, 5, 3.4, 3.2, 3.1, 3, 2.9],
                ], settings: "warmup_epochs: 3.0\n"),
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        guard let warmUp = run.settings.number("warmup_epochs"), warmUp < 1,
            let key = run.settings.entry("warmup_epochs")
        else { return nil }
        let rules = RateRules(run)
        let steps = rules.longerWarmUp + rules.slower
        let loss = run.table.total(.train)
        if loss.count >= 6, let first = loss.values.first, let next = Curve.median(Array(loss.values[1..<4])), next > 0,
            first > 1.3 * next
        {
            return diagnosis(
                run,
                "the first epoch's training loss is \(RunFigure.text(first)), that of the next three \(RunFigure.text(next)), without a warm-up (\(key.entry.file):\(key.entry.line))",
                epochs: 1...1, figures: [("first", first), ("next", next)], steps: steps)
        }
        for column in run.table.columns where column.isLoss(.val) {
            let curve = run.table.curve(column)
            if let broken = curve.broken.first, broken <= 5, let last = curve.points.last?.epoch, last > broken + 3 {
                return diagnosis(
                    run,
                    "\(column.name) is no number in epoch \(broken), and \(RunFigure.text(curve.end ?? 0)) at the end, without a warm-up (\(key.entry.file):\(key.entry.line))",
                    epochs: broken...broken, column: column, figures: [("after", curve.end ?? 0)], steps: steps)
            }
            guard curve.count >= 10, let peak = curve.points.prefix(5).max(by: { $0.value < $1.value }),
                let after = Curve.median(Array(curve.values[5..<10])), after > 0, peak.value > 2 * after
            else { continue }
            return diagnosis(
                run,
                "\(column.name) is \(RunFigure.text(peak.value)) in epoch \(peak.epoch) and \(RunFigure.text(after)) after the fifth, without a warm-up (\(key.entry.file):\(key.entry.line))",
                epochs: peak.epoch...peak.epoch, column: column, figures: [("peak", peak.value), ("after", after)],
                steps: steps)
        }
        return nil
    }
}
