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
        let sides = "longer side of a box at the training size, in pixels (strides 8, 16, 32)"
        return PageSection(
            id: "dataset", heading: "Dataset", link: "Dataset",
            body: PageSection.panels([
                table.html, Charts.heat(card.heat, side: DatasetCard.gridSide),
                Charts.histogram(card.boxesPerImage, label: "labels an image"),
                Charts.histogram(card.sides, label: sides, unit: "labels"),
                Charts.histogram(
                    card.ratios.map { min($0, 6) }, label: "width over height, up to 6", unit: "labels"),
            ]))
    }

    private static func row(_ name: String, _ counts: [String: Int], _ card: DatasetCard) -> [HTMLTable.Cell] {
        [.head(Markup(text: name))] + card.splits.map { .number("\(counts[$0] ?? 0)") }
    }
}
