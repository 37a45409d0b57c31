import AuditPlan
import TextForms

/// A summary for a pull request or an issue.
struct MarkdownExporter: ReportExporter {
    let name = "markdown"
    let fileSuffix = "md"
    let contents = "how many suspicions of which kind, and the twenty most probable"
    let importing = "pull requests, issues, job summaries"

    private static let mostRows = 20

    func text(_ export: ReportExport) -> String {
        let suspicions = export.suspicions
        let kinds = Dictionary(grouping: suspicions, by: \.kind).map { ($0.key.rawValue, $0.value.count) }.sorted {
            $0.0 < $1.0
        }
        var text =
            "## Dataset audit\n\n\(Counted.text(export.entries.count, "image")), \(Counted.text(suspicions.count, "suspicion"))"
        text += kinds.isEmpty ? ".\n" : ": \(kinds.map { "\($0.1) \($0.0)" }.joined(separator: ", ")).\n"
        if let doubt = export.doubt { text += "\n**Not to be believed: the models \(doubt)**\n" }
        if export.isInSample { text += "\nIn sample: the checkpoint has learned these labels.\n" }
        guard !suspicions.isEmpty else { return text }
        text += "\n| probability | kind | image | reason |\n|---|---|---|---|\n"
        for it in suspicions.prefix(Self.mostRows) {
            let score = FixedNumber(it.score, decimals: 2).text
            let place = CodeSpan.of("\(it.image)\(it.line.map { ":\($0)" } ?? "")", inTable: true)
            // A reason names classes: as a code span it mentions nobody and links to nothing.
            text += "| \(score) | \(it.kind) | \(place) | \(CodeSpan.of(it.evidence, inTable: true)) |\n"
        }
        let rest = suspicions.count - Self.mostRows
        if rest > 0 { text += "\n… and \(rest) more.\n" }
        return text
    }
}
