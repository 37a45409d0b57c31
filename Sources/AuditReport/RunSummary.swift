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
        lines(["Can it be trained?", "Images lost"]) + wrong + next + status
    }

    /// What to do next, and why the exit status is what it is, of a run that found nothing new.
    public var unchanged: TerminalText { "\(nextWords); \(statusWords)\n" }

    private func lines(_ titles: [String]) -> TerminalText {
        let names = ["Can it be trained?": "trainable", "Images lost": "lost"]
        return titles.compactMap { title in content.lights.first { $0.title == title } }.map { light -> TerminalText in
            let between = light.title == "Images lost" ? " " : ": "
            let words = light.headline.lowercased() + between + light.detail
            return "\(head(names[light.title] ?? ""))\(words)\n"
        }.joined()
    }

    private func head(_ name: String) -> String { Columns.left(name + ":", 14) }

    private var wrong: TerminalText {
        guard let light = content.lights.first(where: { $0.title == "Labels probably wrong" }) else { return "" }
        let named = content.worst.prefix(Self.shown).map { it -> TerminalText in
            let line = it.line.map { ":\($0)" } ?? ""
            return
                "\(head("").replacing(":", with: " "))\(ReportFigure.percent(it.score, decimals: 0))  \(it.kind.rawValue)  \(it.image)\(line)  \(it.evidence)\n"
        }
        return "\(head("likely wrong"))\(light.headline), \(light.detail)\n" + named.joined()
    }

    private var nextWords: TerminalText {
        let isOpen = content.worst.contains { $0.score >= 0.5 }
        if content.findings.contains(where: { $0.effect.verdict == .stops }) || !reasons.isEmpty && !isOpen {
            return "next: assay-labels \(plan)"
        }
        return isOpen ? "next: assay-report \(plan) --serve" : "next: nothing stands in the way of training"
    }

    private var next: TerminalText {
        let words = nextWords.text.dropFirst("next: ".count)
        return "\(head("next"))\(TerminalText(written: String(words)))\n"
    }

    private var statusWords: TerminalText {
        reasons.isEmpty ? "exit status 0: nothing that fails" : "exit status 1: \(reasons.joined(separator: ", "))"
    }

    private var status: TerminalText {
        let words = statusWords.text.dropFirst("exit status ".count)
        return "\(head("exit status"))\(TerminalText(written: String(words)))\n"
    }
}
