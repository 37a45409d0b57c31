import AuditPlan
import Findings
import TextForms

/// What a run of a plan comes to, in five lines: what a person reads first, and often alone.
public struct RunSummary {
    private let content: ReportContent
    private let plan: String
    private let reasons: [String]

    /// So many suspicions are named.
    private static let shown = 3

    /// - Parameters:
    ///   - path: of the plan, as the person wrote it.
    ///   - failOn: findings from this severity on make the exit status 1.
    /// - Throws: `FileError` where plan, ledger or dataset cannot be read.
    public init(_ plan: PlanFile, named path: String, failOn: Severity, _ session: AuditSession) throws {
        content = try ReportStage.content(of: plan, session)
        self.plan = ShellWord.quoted(path)
        var reasons: [String] = []
        let failing = content.findings.count { $0.severity >= failOn }
        if failing > 0 {
            reasons.append(
                failOn == .error
                    ? Counted.text(failing, "error") : Counted.text(failing, "finding") + " from \(failOn) on")
        }
        let problems = plan.summary(.toxic, "problems")?.int ?? 0
        if problems > 0 { reasons.append(Counted.text(problems, "image") + " without a finite loss") }
        self.reasons = reasons
    }

    /// Whether it trains, what is lost, what is likely wrong, what to do next, and why the exit status is what it is.
    public var text: TerminalText {
        doubt + line("trainable", .trainable, between: ": ") + line("lost", .lost, between: " ") + wrong + next + status
    }

    private var doubt: TerminalText { content.doubt.map { "\($0)\n" as TerminalText } ?? "" }

    /// What to do next, and why the exit status is what it is, of a run that found nothing new.
    public var unchanged: TerminalText { doubt + "next: \(nextWords); exit status \(statusWords)\n" }

    private func light(_ topic: OverviewLight.Topic) -> OverviewLight? { content.lights.first { $0.topic == topic } }

    private func line(_ name: String, _ topic: OverviewLight.Topic, between: String) -> TerminalText {
        light(topic).map { "\(head(name))\($0.headline.lowercased())\(between)\($0.detail)\n" } ?? ""
    }

    private func head(_ name: String) -> String { Columns.left(name + ":", 14) }

    private var wrong: TerminalText {
        guard let light = light(.wrong) else { return "" }
        let named = content.worst.prefix(Self.shown).map { it -> TerminalText in
            let line = it.line.map { ":\($0)" } ?? ""
            return
                "\(head("").replacing(":", with: " "))\(ReportFigure.percent(it.score, decimals: 0))  \(it.kind.rawValue)  \(it.image)\(line)  \(it.evidence)\n"
        }
        let headline: TerminalText = "\(head("likely wrong"))\(light.headline), \(light.detail)\n"
        return content.doubt == nil ? headline + named.joined() : headline
    }

    private var nextWords: TerminalText {
        let isOpen = content.doubt == nil && content.worst.contains { $0.score >= 0.5 }
        if content.findings.contains(where: { $0.effect.verdict == .stops }) || !reasons.isEmpty && !isOpen {
            return "assay-labels \(plan)"
        }
        if content.doubt != nil {
            return content.isOutOfFold
                ? "train the probe longer, as the first line says, and run again"
                : "judge by a probe (a block probe: in the plan), or by weights that were trained on this dataset"
        }
        return isOpen ? "assay-report \(plan) --serve" : "nothing stands in the way of training"
    }

    private var next: TerminalText { "\(head("next"))\(nextWords)\n" }

    private var statusWords: TerminalText {
        (reasons.isEmpty ? "0: nothing that fails" : "1: \(reasons.joined(separator: ", "))" as TerminalText)
            + (content.doubt == nil ? "" : "; the labels were not judged")
    }

    private var status: TerminalText { "\(head("exit status"))\(statusWords)\n" }
}
