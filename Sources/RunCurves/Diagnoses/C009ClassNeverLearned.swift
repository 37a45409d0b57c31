/// C009: one class is never found.
enum ClassNeverLearned: RunDiagnosis {
    static let documentation = DiagnosisDocumentation(
        code: "C009", name: "one class's AP stays at 0", severity: .warning,
        what: "At the end the average precision of a class is next to nothing, while others are found.",
        why: "Few labels of the class or none, another class's id, or objects too small for the stride.",
        threshold:
            "AP50 below 0.01 and below a tenth of the best class's, which is 0.1 or more; three objects or more in "
            + "validation",
        triggering: [
            RunExample(
                ["train/box_loss": [4, 3, 2.5]],
                console:
                    "   Class  Images  Instances  Box(P  R  mAP50  mAP50-95)\n   all 20 60 0.5 0.3 0.3 0.2\n   cat 15 40 0.7 0.6 0.65 0.4\n   dog 10 20 0 0 0 0\n"
            )
        ],
        clean: [
            RunExample(
                ["train/box_loss": [4, 3, 2.5]],
                console:
                    "   Class  Images  Instances  Box(P  R  mAP50  mAP50-95)\n   all 20 60 0.5 0.3 0.3 0.2\n   cat 15 40 0.7 0.6 0.65 0.4\n   dog 10 20 0.4 0.2 0.2 0.1\n"
            )
        ])

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let scores = classScores(run)
        guard scores.count > 1, let best = scores.map(\.score).max(), best >= 0.1 else { return nil }
        let lost = scores.filter { $0.score < 0.01 && $0.score < best / 10 && $0.instances ?? 3 >= 3 }
        guard let first = lost.first else { return nil }
        let names = audit.classNames.isEmpty ? run.data?.classNames ?? [] : audit.classNames
        var steps: [FirstStep] = []
        for it in lost.prefix(3) {
            guard let id = names.firstIndex(of: it.name) else { continue }
            if let count = run.data?.splits["train"].map({ $0.boxes[id] ?? 0 }) {
                steps.append(FirstStep("\(it.name) has \(count) labels in train", file: run.data?.path))
            } else if audit.isThere {
                steps.append(FirstStep("\(it.name) has \(audit.boxesByClass[id] ?? 0) labels in all splits"))
            }
            if let count = audit.suspicionsByClass[id], count > 0 {
                steps.append(FirstStep("look at the \(count) suspicions about labels of \(it.name)"))
            }
        }
        if let step = audit.step("D008", "D007", "B009", reason: "what the label check says") { steps.append(step) }
        steps.append(
            FirstStep(
                "count and look at the labels of \(first.name): assay-labels card \(run.data?.path ?? "data.yaml")"))
        let list = lost.prefix(5).map(\.name).joined(separator: ", ")
        return diagnosis(
            run,
            "AP50 of \(list) is \(RunFigure.text(first.score)) at the end, and \(RunFigure.text(best)) of the best class",
            figures: [("best", best), ("ap50", first.score), ("classes", Double(lost.count))], steps: steps,
            file: run.console.flatMap { $0.classes.isEmpty ? nil : $0.file },
            line: run.console.flatMap { $0.classes.isEmpty ? nil : $0.classLine })
    }

    /// From the table at the end of what the trainer said, or from columns of classes.
    private static func classScores(_ run: TrainingRun) -> [(name: String, score: Double, instances: Int?)] {
        if let console = run.console, !console.classes.isEmpty {
            return console.classes.filter { $0.map50.isFinite }.map { ($0.name, $0.map50, $0.instances) }
        }
        return run.table.columns.compactMap { column in
            guard case .classScore(let name, .map50) = column, let end = run.table.curve(column).end else { return nil }
            return (name, end, nil)
        }
    }
}
