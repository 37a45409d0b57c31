/// Findings for people.
struct TextReport {
    /// ANSI colours.
    let isColoured: Bool

    func text(_ findings: [Finding], row: (Finding) -> String?) -> String {
        findings.map { finding in
            let tint = Self.tint(finding.severity)
            let verdict = finding.effect.verdict
            let effect =
                paint(verdict.rawValue, verdict == .kept ? "2" : "1")
                + finding.effect.text.dropFirst(verdict.rawValue.count)
            return "\(paint(Self.printable(finding.place), "1")): \(paint(finding.severity.rawValue, tint)) "
                + "\(finding.code): \(Self.printable(finding.message))\n"
                + (row(finding).map { excerpt($0, finding, tint) } ?? "")
                + "    training: \(effect)\n    fix: \(finding.fix)\n"
        }.joined()
    }

    private func paint(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private static func tint(_ severity: Severity) -> String {
        switch severity {
        case .error: "1;31"
        case .warning: "1;33"
        case .note: "36"
        }
    }

    /// The row with its line number, and a caret under the column that a finding is about.
    private func excerpt(_ row: String, _ finding: Finding, _ tint: String) -> String {
        // Columns are counted in bytes. Of a long row, what is around the column is shown.
        let bytes = Array(row.utf8)
        let column = min(max(0, (finding.column ?? 1) - 1), bytes.count)
        let start = column > 60 ? column - 40 : 0
        let end = min(bytes.count, start + 100)
        let before = Self.printable(String(decoding: bytes[start..<column], as: UTF8.self))
        let after = Self.printable(String(decoding: bytes[column..<end], as: UTF8.self))
        let width = max(1, bytes[column..<end].prefix { $0 != 32 && $0 != 9 }.count)
        let number = String(finding.line ?? 1)
        let margin = String(repeating: " ", count: number.count)
        let lead = start > 0 ? "…" : ""
        return "    \(number) | \(lead)\(before)\(after)\(end < bytes.count ? "…" : "")\n"
            + "    \(margin) | \(String(repeating: " ", count: lead.count + before.count))"
            + paint(String(repeating: "^", count: min(width, max(1, after.count))), tint) + "\n"
    }

    /// Without control characters, which a terminal would obey.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}
