import TextForms

/// What the dataset consists of.
enum DatasetSection {
    static func section(_ content: ReportContent) -> PageSection? {
        guard let card = content.card else { return nil }
        let classes = card.counts.sorted { $0.key < $1.key }.map { id, counts in
            row(content.className(id), counts, card)
        }
        let table = HTMLTable(
            columns: ["labels"] + card.splits.map { .number($0) }, rows: classes + [row("images", card.images, card)])
        let charts = ["labels-per-image", "box-sides", "box-ratios"].compactMap {
            ReportPlot.named($0)?.figure(content)
        }
        let heat = ReportPlot.named("centres")?.figure(
            content, style: "heat", caption: "; the darkest cell holds \(Counted.number(card.heat.max() ?? 0))")
        return PageSection(
            id: "dataset-card", heading: "Dataset", body: PageSection.panels([table.html] + charts + [heat ?? ""]))
    }

    private static func row(_ name: String, _ counts: [String: Int], _ card: DatasetCard) -> [HTMLTable.Cell] {
        [.head(Markup(text: name))] + card.splits.map { .number(Markup(text: Counted.number(counts[$0] ?? 0))) }
    }
}
