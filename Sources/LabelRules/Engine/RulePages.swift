import BuildFacts

/// The page of each rule in the documents, and where it is published.
public enum RulePages {
    /// Where the page of a rule is; nil where this build says of no place (`ASSAY_DOCUMENTATION`).
    public static func address(of code: String) -> String? { BuildFacts.documentation.map { "\($0)/rules/\(code)/" } }

    /// All pages: `B003.md` with its text, and `index.md`, which lists them.
    public static var all: [(name: String, text: String)] {
        RuleRegistry.documentation.map { ("\($0.code).md", page($0)) } + [("index.md", index)]
    }

    private static var index: String {
        """
        # Rules

        What the label check finds, a page each; [all on one page](../rules.md). An *error* is dropped or mislearned by training, a
        *warning* is probably wrong, a *note* is worth knowing.

        | rule | | severity |
        |---|---|---|

        """
            + RuleRegistry.documentation.map {
                "| [\($0.code)](\($0.code).md) | \($0.name) | \($0.severity.rawValue) |\n"
            }
            .joined()
    }

    private static func page(_ rule: RuleDocumentation) -> String {
        var text = "# " + rule.page.dropFirst("## ".count)
        let limits = RuleRegistry.thresholds.filter { $0.codes.contains(rule.code) }
        if !limits.isEmpty {
            text += "\n## Its limits\n\n"
            for limit in limits {
                let unit = limit.unit.isEmpty ? "" : " \(limit.unit)"
                text +=
                    "- `\(limit.name)`: \(limit.help) From \(limit.rangeText)\(unit), \(limit.default) where nothing is said. "
                    + "`--thresholds \(limit.name)=\(limit.default)`, or `labels: {thresholds: {\(limit.name): "
                    + "\(limit.default)}}` in a plan.\n"
            }
        }
        return text + """

            ## Where it does not matter

            `--ignore \(rule.code)` leaves it out, `--ignore-at 'legacy/*=\(rule.code)'` in some places, `--severity \
            \(rule.code)=note` keeps it from failing a check; a plan has the same as `labels.ignore`, `labels.ignore_at` and \
            `labels.severity`. `assay-labels explain \(rule.code)` shows this page without the network. [All rules](../rules.md)

            """
    }
}
