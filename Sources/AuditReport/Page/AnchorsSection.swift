import TextForms

/// Whether the anchors fit, and which would fit best.
enum AnchorsSection {
    static func section(_ content: ReportContent) -> PageSection? {
        guard let anchors = content.anchors else { return nil }
        let verdict = Markup.element("p", .element("strong", Markup(text: verdict(anchors))))
        let keys: Markup = anchors.current.isEmpty ? "" : ", <span class=\"key-old\">＋</span> current anchors"
        let caption: Markup =
            anchors.new.isEmpty ? "" : "; <span class=\"key-new\">＋</span> new anchors\(keys)"
        let chart = ReportPlot.named("anchors")?.figure(content, caption: caption) ?? ""
        let panels = PageSection.panels([chart, verdict + metrics(anchors)])
        guard anchors.verdict == "none" else { return PageSection(id: "anchors", heading: "Anchors", body: panels) }
        // A model without anchors has no use for them.
        return PageSection(
            id: "anchors", heading: "Box sizes",
            body: .element("details", .element("summary", "This model has no anchors; the sizes of its boxes"), panels))
    }

    private static func verdict(_ anchors: ReportContent.Anchors) -> String {
        switch anchors.verdict {
        case "keep": "Keep your anchors: new ones would not fit better."
        case "none": "This model has no anchors; sizes against strides are what matters."
        default: "Take the new anchors: anchors.yaml beside this page holds them."
        }
    }

    private static func metrics(_ anchors: ReportContent.Anchors) -> Markup {
        guard !anchors.new.isEmpty else { return "" }
        let rows = anchors.metrics.map { row -> [HTMLTable.Cell] in
            func number(_ value: Double, _ decimals: Int) -> HTMLTable.Cell {
                .number(Markup(text: ReportFigure.number(value, decimals: decimals)))
            }
            return [
                .head(Markup(text: row.set.rawValue)), number(row.fitness, 3), number(row.bpr, 4), number(row.aat, 2),
                number(row.meanIoU, 3),
            ]
        }
        let table = HTMLTable(
            columns: ["anchors"] + ["fitness", "BPR", "AAT", "mean IoU"].map { .number($0) }, rows: rows)
        let list = anchors.new.map {
            "\(ReportFigure.number($0.width, decimals: 1)) × \(ReportFigure.number($0.height, decimals: 1))"
        }
        return table.html + .element("p", "New anchors in pixels: \(list.joined(separator: ", "))")
    }
}
