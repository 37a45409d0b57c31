import TextForms

/// How findings are printed.
public enum FindingFormat: String, Sendable, CaseIterable {
    /// For people: each finding with its row and a caret, what training does, and the fix.
    case text
    /// An array of objects.
    case json
    /// The same within an object that says what it is; whoever prints it adds that.
    case jsonV2 = "json-v2"
    /// An object a line.
    case jsonl
    /// A row a finding, with the fields of the JSON form as columns.
    case csv
    /// SARIF 2.1.0, which code hosts and editors show beside the file.
    case sarif
    /// Workflow commands of GitHub Actions.
    case github
    /// JUnit's XML: a suite a file, a test case a finding.
    case junit
    /// GitLab's code quality report, which merge requests show.
    case gitlab

    /// Whether code hosts read it, to which paths begin at the repository's root.
    public var isOfRepository: Bool { [.sarif, .github, .gitlab].contains(self) }
}

/// Turns findings, in the order given, into one text.
public enum FindingReporter {
    /// - Parameters:
    ///   - colour: ANSI colours, for the text form on a terminal.
    ///   - tool: what found them, for the form that says so.
    ///   - row: the text of the row that a finding is about, for the forms that show it or know a finding by it.
    public static func render(
        _ findings: [Finding], as format: FindingFormat, colour: Bool = false, tool: FindingTool = FindingTool(),
        row: (Finding) -> String? = { _ in nil }
    ) -> TerminalText {
        switch format {
        case .text: TextReport(isColoured: colour).text(findings, row: row)
        case .json, .jsonV2: TerminalText(written: json(findings))
        case .jsonl: TerminalText(written: jsonLines(findings))
        case .csv: TerminalText(written: csv(findings))
        case .sarif: TerminalText(written: SARIFReport.text(findings, tool))
        case .github: TerminalText(written: findings.map(github).joined())
        case .junit: TerminalText(written: JUnitReport.text(findings))
        case .gitlab: TerminalText(written: CodeQualityReport.text(findings, row: row))
        }
    }

    private static func json(_ findings: [Finding]) -> String {
        var json = JSONWriter()
        json.array(.lines) { json in for finding in findings { json.value(finding) } }
        json.endLine()
        return json.text
    }

    private static func jsonLines(_ findings: [Finding]) -> String {
        var json = JSONWriter()
        for finding in findings {
            json.value(finding)
            json.endLine()
        }
        return json.text
    }

    private static func csv(_ findings: [Finding]) -> String {
        var csv = CSVWriter(
            columns: ["code", "severity", "file", "line", "column", "message", "effect", "fix", "verdict"])
        for it in findings {
            csv.row(
                it.code, it.severity.rawValue, it.file, it.line, it.column, it.message, it.effect.text, it.fix,
                it.effect.verdict.rawValue)
        }
        return csv.text
    }

    /// Line ends are part of what GitHub shows; other control characters are shown as escapes.
    private static func github(_ finding: Finding) -> String {
        func escaped(_ text: String, also: String = "") -> String {
            PercentText.escaped(
                ControlScalars.replaced(in: text, keeping: { $0 == "\n" || $0 == "\r" }, by: ControlScalars.escape),
                also: also)
        }
        let level = finding.severity == .note ? "notice" : finding.severity.rawValue
        var properties = "file=\(escaped(finding.file, also: ":,"))"
        if let line = finding.line { properties += ",line=\(line)" }
        if let column = finding.column { properties += ",col=\(column)" }
        return "::\(level) \(properties),title=\(finding.code)::"
            + escaped("\(finding.message); training: \(finding.effect.text); fix: \(finding.fix)") + "\n"
    }
}

extension Finding: JSONWritable {
    /// The public form: `code, severity, file, line, column, message, effect, fix, verdict`; line and column null where
    /// there is none.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("code", code)
            json.member("severity", severity.rawValue)
            json.member("file", file)
            json.member("line", line)
            json.member("column", column)
            json.member("message", message)
            json.member("effect", effect.text)
            json.member("fix", fix)
            json.member("verdict", effect.verdict.rawValue)
        }
    }

    /// `file:line:column`, as far as there is a line and a column.
    var place: String {
        var place = file
        if let line {
            place += ":\(line)"
            if let column { place += ":\(column)" }
        }
        return place
    }
}
