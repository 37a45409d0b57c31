import TextForms

/// C009: one class is never found.
enum ClassNeverLearned: RunDiagnosis {
    static let documentation = DiagnosisDocumentation(
        code: "C009", name: "one class's AP stays at 0", severity: .warning,
        what: "At the end the average precision of a class is next to nothing, while others are found.",
        why: "Few labels of the class or none, another class's id, or objects too small for the stride.",
        threshold:
            "the best class's AP50 is 0.1 or more, three objects or more of the class are in validation, and either train has "
            + "fewer than ten labels of it or less than 1 %, and its AP50 is a fifth of the best or less; or AP50 is below 0.001, or below "
            + "0.01 once mAP50 has settled (in the last three epochs no more than a tenth above the three before). Where train is known "
            + "to have a tenth of its labels or more of the class, only once mAP50 has settled: until then it may only be late",
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
            ),
            // Still learning: the class is found a little, and later than the other.
            RunExample(
                ["train/box_loss": [4, 3.5, 3, 2.7, 2.5, 2.4], "metrics/mAP50(B)": [0, 0, 0.05, 0.1, 0.2, 0.3]],
                console:
                    "   Class  Images  Instances  Box(P  R  mAP50  mAP50-95)\n   all 20 60 0.5 0.3 0.3 0.2\n   cat 15 40 0.7 0.6 0.65 0.4\n   dog 10 20 1 0 0.006 0.002\n"
            ),
        ])

    /// Whether more epochs would hardly change the score.
    private static func hasSettled(_ run: TrainingRun) -> Bool {
        let scores = run.table.mainScore.values.suffix(6)
        guard scores.count == 6, let before = Curve.median(Array(scores.prefix(3))),
            let last = Curve.median(Array(scores.suffix(3)))
        else { return false }
        return last <= before * 1.1
    }

    static func find(_ run: TrainingRun, _ audit: AuditKnowledge) -> Diagnosis? {
        let scores = classScores(run)
        guard scores.count > 1, let best = scores.map(\.score).max(), best >= 0.1 else { return nil }
        let names = audit.classNames.isEmpty ? run.data?.classNames ?? [] : audit.classNames
        let hasSettled = hasSettled(run)
        let lost = scores.filter { score in
            guard score.instances ?? 3 >= 3 else { return false }
            if let share = labels(of: score.name, names, run) {
                if share.count < 10 || Double(share.count) < 0.01 * Double(share.all) { return score.score <= best / 5 }
                if share.count * 10 >= share.all { return hasSettled && score.score < 0.01 }
            }
            return score.score < (hasSettled ? 0.01 : 0.001)
        }
        guard let first = lost.first else { return nil }
        var steps: [FirstStep] = []
        for it in lost.prefix(3) {
            guard let id = names.firstIndex(of: it.name) else { continue }
            if let count = run.data?.splits["train"].map({ $0.boxes[id] ?? 0 }) {
                steps.append(FirstStep("\(it.name) has \(Counted.text(count, "label")) in train", file: run.data?.path))
            } else if audit.isThere {
                steps.append(
                    FirstStep("\(it.name) has \(Counted.text(audit.boxesByClass[id] ?? 0, "label")) in all splits"))
            }
            if let count = audit.suspicionsByClass[id], count > 0 {
                steps.append(FirstStep("look at \(Counted.text(count, "suspicion")) about labels of \(it.name)"))
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

    /// Labels of a class in train, and all labels there; nil where they are not known.
    private static func labels(of name: String, _ names: [String], _ run: TrainingRun) -> (count: Int, all: Int)? {
        guard let boxes = run.data?.splits["train"]?.boxes, !boxes.isEmpty, let id = names.firstIndex(of: name) else {
            return nil
        }
        return (boxes[id] ?? 0, boxes.values.reduce(0, +))
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
