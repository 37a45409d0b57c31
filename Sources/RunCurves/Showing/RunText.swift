import Findings
import TextForms

/// Runs and their diagnoses for people.
public enum RunText {
    /// - Parameters:
    ///   - runs: with what was found in each.
    ///   - isColoured: ANSI colours.
    ///   - drawsCurves: a line of bars for each column.
    public static func text(
        _ runs: [(run: TrainingRun, diagnoses: [Diagnosis])], isColoured: Bool = false, drawsCurves: Bool = true
    ) -> TerminalText {
        runs.map { one($0.run, $0.diagnoses, isColoured, drawsCurves) }.joined(separator: "\n")
    }

    private static func one(
        _ run: TrainingRun, _ diagnoses: [Diagnosis], _ isColoured: Bool, _ drawsCurves: Bool
    ) -> TerminalText {
        func paint(_ text: TerminalText, _ style: TerminalText.Style) -> TerminalText {
            isColoured ? text.styled(style) : text
        }
        var text: TerminalText = "\(paint("\(run.name)", .bold)): \(headline(run))\n"
        for note in run.table.notes.prefix(5) { text += "  note: \(run.mainFile): \(note.text)\n" }
        if drawsCurves { text += curves(run) }
        guard !diagnoses.isEmpty else {
            return text + "  \(withoutDiagnosis(run))\n"
        }
        for diagnosis in diagnoses {
            let style: TerminalText.Style =
                diagnosis.severity == .error ? .red : diagnosis.severity == .warning ? .yellow : .cyan
            text += "  \(paint("\(diagnosis.severity.rawValue)", style)) \(diagnosis.title): \(diagnosis.message)\n"
            for (number, step) in diagnosis.steps.prefix(5).enumerated() {
                text += "    \(number == 0 ? "first" : "then"): \(step.text)\n"
            }
        }
        return text
    }

    /// What is said of a run in which no failure was found.
    private static func withoutDiagnosis(_ run: TrainingRun) -> String {
        if run.table.rows.count < 3 { return "too few epochs to say more" }
        guard let late = run.lateScore, late < ScoreDoesNotFollow.noScore else {
            return "healthy: none of the known failures is in these curves"
        }
        return
            "none of the known failures is in these curves, but hardly anything is detected yet (mAP50 \(RunFigure.text(late)) at "
            + "most in the second half): train on before you judge it"
    }

    /// What is known of a run in a few words.
    public static func headline(_ run: TrainingRun) -> String {
        let done = run.table.rows.last?.epoch ?? 0
        var words = [run.trainer.rawValue]
        words.append(
            run.wantedEpochs.map { "\(Counted.number(done)) of \(Counted.text($0, "epoch"))" }
                ?? Counted.text(done, "epoch"))
        if run.isInProgress { words.append("in progress") }
        let score = run.table.mainScore
        if let best = score.points.max(by: { $0.value < $1.value }), let last = score.values.last {
            words.append("mAP50 \(RunFigure.text(last)), best \(RunFigure.text(best.value)) in epoch \(best.epoch)")
        }
        return words.joined(separator: ", ")
    }

    /// The columns that are drawn: losses, mAP50 and the first rate.
    static func drawn(_ run: TrainingRun) -> [LogColumn] {
        run.table.columns.filter { column in
            switch column {
            case .loss, .rate(0): true
            case .score(let score, _): score == .map50 || score == .map || score == .top1
            default: false
            }
        }
    }

    private static func curves(_ run: TrainingRun) -> TerminalText {
        let rows = drawn(run).map { column -> [String] in
            let curve = run.table.curve(column)
            return [
                "  " + column.name, Sparkline.text(curve),
                curve.start.map { RunFigure.text($0) } ?? Figure.none, "→",
                curve.end.map { RunFigure.text($0) } ?? Figure.none,
            ]
        }
        return Columns.aligned(rows).map { "\($0)\n" as TerminalText }.joined()
    }

    /// What two runs or more differ in.
    public static func text(_ comparison: RunComparison, _ runs: [TrainingRun]) -> TerminalText {
        var text: TerminalText = "\n\(Counted.text(runs.count, "run")) side by side\n"
        func lines(_ title: String, _ differences: [RunComparison.Difference]) {
            for difference in differences {
                text += "  \(title) \(difference.key): \(difference.values.joined(separator: " | "))\n"
            }
        }
        let trainers = Set(runs.map(\.trainer))
        if trainers.count > 1 { text += "  trainer: \(runs.map(\.trainer.rawValue).joined(separator: " | "))\n" }
        // What one trainer alone has a setting for says nothing about the run.
        let shared = comparison.settings.filter { difference in
            trainers.allSatisfy { trainer in
                zip(runs, difference.values).contains { $0.trainer == trainer && $1 != Figure.none }
            }
        }
        lines("setting", shared)
        let others = comparison.settings.count - shared.count
        if others > 0 {
            text +=
                "  and \(Counted.text(others, "setting")) that not all of them have; --format json holds \(others == 1 ? "it" : "them")\n"
        }
        lines("data", comparison.data)
        lines("seed", comparison.seeds.map { [$0] } ?? [])
        if comparison.settings.isEmpty, comparison.data.isEmpty {
            text +=
                comparison.seeds == nil ? "  the same settings and seed\n" : "  the same settings but for the seed\n"
        }
        for (name, epoch) in comparison.firstDifferences {
            text +=
                epoch.map { "  \(name) differs from \(comparison.names[0]) from epoch \($0) on\n" }
                ?? "  \(name) is the same as \(comparison.names[0]) in every epoch\n"
        }
        for group in comparison.groups {
            text += """
                  mAP50 over the seeds of \(group.names.joined(separator: ", ")): mean \(RunFigure.text(group.mean)), \
                standard deviation \(RunFigure.text(group.deviation)); a gain below \(RunFigure.text(group.leastGain)) is none

                """
        }
        if let verdict = comparison.verdict(runs), !comparison.settings.isEmpty || !comparison.data.isEmpty {
            text +=
                "  \(verdict.best) against \(comparison.names[0]): \(verdict.gain < 0 ? "" : "+")\(RunFigure.text(verdict.gain)), \(verdict.isReal ? "more than" : "no more than") seeds make\n"
        }
        for cause in comparison.causes { text += "  not reproducible: \(cause.key): \(cause.reason)\n" }
        return text
    }
}
