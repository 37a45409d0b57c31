import FileReading
import Findings
import TextForms

/// Findings as a person or a program is shown them.
public struct FindingSheet {
    private let findings: [Finding]
    private let root: String
    private let failOn: Severity
    private let version: String
    private let repository: String?

    /// - Parameters:
    ///   - root: the dataset's, absolute: rows are read below it.
    ///   - failOn: findings from this severity on are something to look at.
    ///   - version: of the suite, for SARIF.
    ///   - repository: the folder from which code hosts count paths, absolute; nil for the nearest upwards with `.git`.
    public init(_ findings: [Finding], root: String, failOn: Severity, version: String, repository: String? = nil) {
        self.findings = findings
        self.root = root
        self.failOn = failOn
        self.version = version
        self.repository = repository
    }

    /// Whether there is a finding of the severity that counts.
    public var hasFindings: Bool { findings.contains { $0.severity >= failOn } }

    /// - Parameters:
    ///   - most: so many findings are shown at most; the counts are of all.
    ///   - countsOnly: how often each rule was broken, instead of each finding.
    ///   - headline: what training would lose, for text.
    public func text(
        as format: FindingFormat, colour: Bool, most: Int = .max, countsOnly: Bool = false, headline: TerminalText = ""
    ) -> TerminalText {
        var text: TerminalText
        if countsOnly {
            text = table()
        } else {
            let shown = Array(findings.prefix(most))
            text = render(shown, as: format, colour: colour)
            if format == .text, shown.count < findings.count { text += "… and \(findings.count - shown.count) more\n" }
        }
        guard format == .text else { return text }
        let counts = Severity.allCases.reversed().map { severity in
            Counted.text(findings.count { $0.severity == severity }, severity.rawValue)
        }
        return text + headline + "\(counts.joined(separator: ", "))\n"
    }

    private func render(_ shown: [Finding], as format: FindingFormat, colour: Bool) -> TerminalText {
        var rows: RowTexts
        var tool = FindingTool(version: version)
        var shown = shown
        var place = root
        if format.isOfRepository {
            // Code hosts know nothing of the dataset: to them, paths begin at the repository's root.
            let repository = repository ?? RepositoryRoot.containing(root)
            place = repository ?? root
            tool.base = .init(name: repository == nil ? "DATASET" : "%SRCROOT%", folder: repository ?? root)
            if let repository {
                for index in shown.indices {
                    let path = Paths.absolute(shown[index].file, relativeTo: root)
                    shown[index].file = Paths.relative(path, to: repository)
                }
            }
            for rule in RuleRegistry.documentation {
                tool.rules[rule.code] = .init(
                    name: rule.name, help: rule.page, address: RulePages.address(of: rule.code))
            }
        }
        rows = RowTexts(root: place)
        return FindingReporter.render(shown, as: format, colour: colour, tool: tool, row: { rows.text(of: $0) })
    }

    /// The most frequent rule first.
    private func table() -> TerminalText {
        let names = Dictionary(uniqueKeysWithValues: RuleRegistry.documentation.map { ($0.code, $0.name) })
        var counts: [String: (count: Int, worst: Severity)] = [:]
        for finding in findings {
            let known = counts[finding.code] ?? (0, finding.severity)
            counts[finding.code] = (known.count + 1, max(known.worst, finding.severity))
        }
        return counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map {
            code, entry -> TerminalText in
            "\(Columns.right("\(entry.count)", 8))  \(code)  \(entry.worst)  \(names[code] ?? "")\n"
        }.joined()
    }
}
