import TextForms

/// Findings for people.
struct TextReport {
    /// ANSI colours.
    let isColoured: Bool

    func text(_ findings: [Finding], row: (Finding) -> String?) -> TerminalText {
        var all: TerminalText = ""
        for finding in findings {
            let tint = Self.tint(finding.severity)
            let verdict = finding.effect.verdict
            let effect: TerminalText =
                "\(paint("\(verdict)", verdict == .kept ? .faint : .bold)): \(finding.effect.reason)"
            all += """
                \(paint("\(finding.place)", .bold)): \(paint("\(finding.severity)", tint)) \(finding.code): \
                \(finding.message)
                \(row(finding).map { excerpt($0, finding, tint) } ?? "")    training: \(effect)
                    fix: \(finding.fix)

                """
        }
        return all
    }

    private func paint(_ text: TerminalText, _ style: TerminalText.Style) -> TerminalText {
        isColoured ? text.styled(style) : text
    }

    private static func tint(_ severity: Severity) -> TerminalText.Style {
        switch severity {
        case .error: .red
        case .warning: .yellow
        case .note: .cyan
        }
    }

    /// The row with its line number, and a caret under the column that a finding is about.
    private func excerpt(_ row: String, _ finding: Finding, _ tint: TerminalText.Style) -> TerminalText {
        // Columns are counted in bytes. Of a long row, what is around the column is shown.
        let bytes = Array(row.utf8)
        let column = min(max(0, (finding.column ?? 1) - 1), bytes.count)
        let start = column > 60 ? column - 40 : 0
        let end = min(bytes.count, start + 100)
        let before = Self.shown(bytes[start..<column])
        let after = Self.shown(bytes[column..<end])
        let width = max(1, bytes[column..<end].prefix { $0 != 32 && $0 != 9 }.count)
        let number = String(finding.line ?? 1)
        let lead = start > 0 ? "…" : ""
        let caret = String(repeating: "^", count: min(width, max(1, after.count)))
        return """
                \(number) | \(lead)\(before)\(after)\(end < bytes.count ? "…" : "")
                \(Self.blanks(number.count)) | \(Self.blanks(lead.count + before.count))\(paint("\(caret)", tint))

            """
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }

    /// Tabs as blanks, so that the caret stands right.
    private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        TerminalText.shown(String(decoding: bytes.map { $0 == 9 ? 32 : $0 }, as: UTF8.self))
    }
}
