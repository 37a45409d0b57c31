import AuditPlan
import Findings
import TextForms

/// What has changed since an earlier audit: what was mended, what is new, what came back.
enum ChangesSection {
    /// Of each list, so many are named; the rest are counted.
    private static let mostNamed = 200

    /// Nil where the page is not compared with anything.
    static func view(_ content: ReportContent) -> PageView? {
        content.changes.map { PageView("changes", "Changes", section($0, content).html) }
    }

    private static func section(_ changes: AuditDiff, _ content: ReportContent) -> PageSection {
        guard !changes.isEmpty else {
            return PageSection(
                id: "since", heading: "Since the earlier audit",
                body: "<p class=\"good\">Nothing changed between the two audits.</p>")
        }
        let lines = Markup.element("ul", .joined(changes.versionLines.map { .element("li", Markup(text: $0)) }))
        return PageSection(
            id: "since", heading: "Since the earlier audit",
            body: PageSection.panel(.element("h3", "The dataset") + lines + images(changes.version))
                + PageSection.panels(changes.tables.map { table($0.0, $0.1) })
                + findings(changes.newFindings) + suspicions(changes.newSuspicions, content))
    }

    private static func table(_ title: String, _ changes: [AuditDiff.Change]) -> Markup {
        guard !changes.isEmpty else { return "" }
        let rows = changes.map { change -> [HTMLTable.Cell] in
            [.head(Markup(text: change.name))] + AuditDiff.figures(change).map { .number(Markup(text: $0)) }
        }
        return HTMLTable(
            columns: [
                HTMLTable.Column(stringLiteral: title), .number("mended"), .number("new"), .number("came back"),
            ], rows: rows
        ).html
    }

    private static func images(_ version: AuditDiff.Version) -> Markup {
        let lists = [
            ("added", version.addedImages), ("removed", version.removedImages),
            ("moved to another split", version.movedImages),
        ]
        return .joined(
            lists.filter { !$0.1.isEmpty }.map { verb, names -> Markup in
                list(
                    "\(Counted.text(names.count, "image")) \(verb)",
                    names.map { name -> Markup in "<bdi>\(name)</bdi>" })
            })
    }

    private static func findings(_ findings: [Finding]) -> Markup {
        guard !findings.isEmpty else { return "" }
        return PageSection.panel(
            list(
                "\(Counted.text(findings.count, "new finding"))",
                findings.map { finding -> Markup in
                    let place = finding.line.map { ":\($0)" } ?? ""
                    return """
                        <a href="#rule-\(finding.code)">\(finding.code)</a> <bdi>\(finding.file)</bdi>\(place): \
                        \(finding.message)
                        """
                }))
    }

    private static func suspicions(_ rows: [SuspicionRow], _ content: ReportContent) -> Markup {
        guard !rows.isEmpty else { return "" }
        let shown = Set(content.suspicions.map(\.id))
        let were = rows.count == 1 ? "was" : "were"
        return PageSection.panel(
            list(
                "\(Counted.text(rows.count, "label")) likely wrong now that \(were) not before",
                rows.map { row -> Markup in
                    let place = row.line.map { ", row \($0)" } ?? ""
                    let text: Markup = """
                        \(row.kind.rawValue), \(ReportFigure.percent(row.score, decimals: 0)): \
                        <bdi>\(row.image)</bdi>\(place)
                        """
                    return shown.contains(row.id) ? .element("a", ["href": "#review/\(row.id)"], text) : text
                }))
    }

    /// What is named is folded away where it is long.
    private static func list(_ title: String, _ items: [Markup]) -> Markup {
        let rest = items.count - mostNamed
        return .element(
            "details", ["open": items.count <= 10], .element("summary", Markup(text: title)),
            .element("ul", .joined(items.prefix(mostNamed).map { .element("li", $0) })),
            rest > 0 ? PageSection.remark("… and \(Counted.number(rest)) more.") : "")
    }
}
