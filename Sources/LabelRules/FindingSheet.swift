import Findings
import TextForms

/// Findings as a person or a program is shown them.
public struct FindingSheet {
    private let findings: [Finding]
    private let root: String
    private let failOn: Severity

    /// - Parameters:
    ///   - root: the dataset's, absolute: rows are read below it.
    ///   - failOn: findings from this severity on are something to look at.
    public init(_ findings: [Finding], root: String, failOn: Severity) {
        self.findings = findings
        self.root = root
        self.failOn = failOn
    }

    /// Whether there is a finding of the severity that counts.
    public var hasFindings: Bool { findings.contains { $0.severity >= failOn } }

    /// - Parameters:
    ///   - most: so many findings are shown at most; the counts are of all.
    ///   - countsOnly: how often each rule was broken, instead of each finding.
    ///   - headline: what training would lose, for text.
    public func text(
        as format: FindingFormat, colour: Bool, most: Int = .max, countsOnly: Bool = false, headline: String = ""
    ) -> String {
        let names = Dictionary(uniqueKeysWithValues: RuleRegistry.documentation.map { ($0.code, $0.name) })
        var text: String
        if countsOnly {
            text = table(names)
        } else {
            let shown = Array(findings.prefix(most))
            var rows = RowTexts(root: root)
            text = FindingReporter.render(
                shown, as: format, colour: colour, ruleNames: names, row: { rows.text(of: $0) })
            if format == .text, shown.count < findings.count { text += "… and \(findings.count - shown.count) more\n" }
        }
        guard format == .text else { return text }
        let counts = Severity.allCases.reversed().map { severity in
            "\(findings.count { $0.severity == severity }) \(severity.rawValue)s"
        }
        return text + headline + counts.joined(separator: ", ") + "\n"
    }

    /// The most frequent rule first.
    private func table(_ names: [String: String]) -> String {
        var counts: [String: (count: Int, worst: Severity)] = [:]
        for finding in findings {
            let known = counts[finding.code] ?? (0, finding.severity)
            counts[finding.code] = (known.count + 1, max(known.worst, finding.severity))
        }
        return counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map { code, entry in
            Columns.right("\(entry.count)", 8)
                + "  \(code)  \(entry.worst.rawValue)  \(names[code] ?? "")\n"
        }.joined()
    }
}
