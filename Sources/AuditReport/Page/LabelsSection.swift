import Findings
import TextForms

/// What the label check found: by class, by rule, by file.
enum LabelsSection {
    /// Findings that the page lists; the rest are counted.
    private static let mostFindings = 500
    /// So few are shown without being asked for.
    private static let mostOpen = 40

    static func section(_ content: ReportContent) -> PageSection {
        let panels = content.boxesByClass.isEmpty ? [] : [Charts.classes(content.boxesByClass)]
        return PageSection(
            id: "labels", heading: "Labels and images", link: "Labels",
            body: PageSection.panels(panels + [rules(content.findings)]) + files(content.findings))
    }

    private static func rules(_ findings: [Finding]) -> Markup {
        guard !findings.isEmpty else { return "<p class=\"good\">No rule found anything.</p>" }
        let groups = Dictionary(grouping: findings, by: \.code).sorted { $0.key < $1.key }
        let rows = groups.map { code, members -> [HTMLTable.Cell] in
            let severity = (members.map(\.severity).max() ?? .note).rawValue
            return [
                .styled("tag \(severity)", Markup(text: code)), .text(Markup(text: severity)),
                .number("\(members.count)"),
                .text(Markup(text: members[0].message)),
            ]
        }
        return HTMLTable(columns: ["rule", "severity", .number("count"), "for example"], rows: rows).html
    }

    private static func files(_ findings: [Finding]) -> Markup {
        guard !findings.isEmpty else { return "" }
        let rows = findings.prefix(mostFindings).map { finding -> [HTMLTable.Cell] in
            let place = finding.line.map { ":\($0)" } ?? ""
            let effect = Markup.element("span", ["class": "soft"], "training: \(finding.effect.text)")
            return [
                .styled("tag \(finding.severity.rawValue)", Markup(text: finding.code)),
                .styled("file", "<bdi>\(finding.file)</bdi>\(place)"), .text("\(finding.message)<br>\(effect)"),
                .text(Markup(text: finding.fix)),
            ]
        }
        let rest = findings.count - rows.count
        let table = HTMLTable(columns: ["rule", "file", "found", "fix"], rows: rows).html
        return .element(
            "details", ["class": "panel", "open": findings.count <= mostOpen],
            .element("summary", "\(findings.count) findings, by file"),
            .element("div", ["class": "scroll"], table),
            rest > 0 ? PageSection.remark("… and \(rest) more in the ledger.") : "")
    }
}
