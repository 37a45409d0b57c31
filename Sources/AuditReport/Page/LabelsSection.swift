import Findings
import LabelRules
import TextForms

/// What the label check found: by class, by rule, by file.
enum LabelsSection {
    /// Findings that the page lists; the rest are counted.
    private static let mostFindings = 500
    /// So few are shown without being asked for.
    private static let mostOpen = 40

    static func section(_ content: ReportContent) -> PageSection {
        let classes = ReportPlot.named("classes")?.figure(content) ?? ""
        return PageSection(
            id: "labels", heading: "Labels and images",
            body: PageSection.panels([classes, rules(content.findings)]) + files(content)
                + explanations(content.findings))
    }

    private static func rules(_ findings: [Finding]) -> Markup {
        guard !findings.isEmpty else { return "<p class=\"good\">No rule found anything.</p>" }
        let groups = Dictionary(grouping: findings, by: \.code).sorted { $0.key < $1.key }
        let rows = groups.map { code, members -> [HTMLTable.Cell] in
            let severity = (members.map(\.severity).max() ?? .note).rawValue
            let filter = Markup.element(
                "button",
                [
                    "type": "button", "class": "plain", "data-rule-filter": code,
                    "aria-label": "show findings of \(code)",
                ],
                Markup(text: Counted.number(members.count)))
            return [
                .styled("tag \(severity)", link(code)), .text(Markup(text: severity)), .number(filter),
                .text(Markup(text: members[0].message)),
            ]
        }
        return HTMLTable(columns: ["rule", "severity", .number("count"), "for example"], rows: rows).html
    }

    private static func link(_ code: String) -> Markup {
        .element("a", ["href": "#rule-\(code)"], Markup(text: code))
    }

    private static func files(_ content: ReportContent) -> Markup {
        let findings = content.findings
        guard !findings.isEmpty else { return "" }
        let rows = findings.prefix(mostFindings).enumerated().map { index, finding -> Markup in
            let place = finding.line.map { ":\($0)" } ?? ""
            let effect = Markup.element("span", ["class": "soft"], "training: \(finding.effect.text)")
            let cells: [HTMLTable.Cell] = [
                .styled("tag \(finding.severity.rawValue)", link(finding.code)),
                .text(content.crops[index].map { crop($0, of: finding) } ?? ""),
                .styled("file", "<bdi>\(finding.file)</bdi>\(place)"), .text("\(finding.message)<br>\(effect)"),
                .text(Markup(text: finding.fix)),
            ]
            return HTMLTable.row(cells, ["data-rule": finding.code])
        }
        let rest = findings.count - rows.count
        let table = HTMLTable.table(columns: ["rule", "row", "file", "found", "fix"], rows: rows)
        let codes = Set(findings.map(\.code)).sorted()
        let choice = Markup.element(
            "p", "<label>rule ",
            .element(
                "select", ["id": "finding-rule"],
                .element("option", ["value": ""], "all")
                    + .joined(codes.map { .element("option", ["value": $0], Markup(text: $0)) })),
            "</label> <span id=\"finding-count\" class=\"soft\" role=\"status\"></span>")
        let command = "assay-labels \(ShellWord.quoted(content.datasetPath)) --fix"
        return .element(
            "details", ["class": "panel", "id": "findings", "open": findings.count <= mostOpen],
            .element("summary", "\(Counted.text(findings.count, "finding")), by file"),
            PageSection.remark("What can be corrected by a rule is corrected by:") + PageSection.command(command),
            choice,
            .element("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Findings"], table),
            rest > 0 ? PageSection.remark("… and \(Counted.number(rest)) more in the ledger.") : "")
    }

    /// The image around the row, with its box.
    private static func crop(_ crop: FindingCrop, of finding: Finding) -> Markup {
        func percent(_ share: Double) -> String { ReportFigure.number(share * 100, decimals: 1) }
        let box = crop.box
        let place: [(String, String)] = [
            ("x", percent(box.left)), ("y", percent(box.top)), ("width", percent(max(box.width, 0.02))),
            ("height", percent(max(box.height, 0.02))),
        ]
        func rectangle(_ style: String) -> Markup {
            .empty(
                "rect",
                [
                    "class": style, "x": place[0].1, "y": place[1].1, "width": place[2].1, "height": place[3].1,
                    "stroke": style == "under" ? nil : "#ffd166" as String?,
                ])
        }
        return .element(
            "div", ["class": "frame crop"],
            .void(
                "img",
                ["src": crop.source, "alt": "around \(finding.file) line \(finding.line ?? 0)", "loading": "lazy"])
                + .element(
                    "svg", ["viewBox": "0 0 100 100", "preserveAspectRatio": "none", "aria-hidden": "true"],
                    rectangle("under") + rectangle("row")))
    }

    /// What each rule that found something looks for, and why.
    private static func explanations(_ findings: [Finding]) -> Markup {
        let codes = Set(findings.map(\.code))
        let rules = RuleRegistry.documentation.filter { codes.contains($0.code) }
        guard !rules.isEmpty else { return "" }
        let items = rules.map { rule in
            Markup.element("dt", ["id": "rule-\(rule.code)"], "\(rule.code) \(rule.name)")
                + .element("dd", "\(rule.what) \(rule.why) \(rule.fix).")
        }
        return .element(
            "details", ["class": "panel"], .element("summary", "What these rules look for, and why"),
            .element("dl", ["class": "glossary"], .joined(items)))
    }
}
