import Foundation
import TextForms

/// Whether the anchors fit, and which would fit best.
enum AnchorsSection {
    static func section(_ content: ReportContent) -> PageSection? {
        guard let anchors = content.anchors else { return nil }
        let verdict = Markup.element("p", .element("strong", Markup(text: verdict(anchors))))
        let panels = PageSection.panels([Charts.sizes(anchors), verdict + metrics(anchors)])
        return PageSection(id: "anchors", heading: "Anchors", link: "Anchors", body: panels + plot(anchors))
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
                .head(Markup(text: row.set.rawValue)), number(row.fitness, 4), number(row.bpr, 4), number(row.aat, 2),
                number(row.meanIoU, 4),
            ]
        }
        let table = HTMLTable(
            columns: ["anchors", .number("fitness"), .number("BPR"), .number("AAT"), .number("mean IoU")], rows: rows)
        let explanation = PageSection.remark(
            """
            Fitness: mean of a box's best side ratio. BPR: share of boxes that some anchor reaches. AAT: anchors that reach a box.
            """)
        let list = anchors.new.map {
            "\(ReportFigure.number($0.width, decimals: 2)) × \(ReportFigure.number($0.height, decimals: 2))"
        }
        return table.html + explanation
            + .element("p", "New anchors in pixels: \(list.joined(separator: ", "))")
    }

    /// The stage's pictures.
    private static func plot(_ anchors: ReportContent.Anchors) -> Markup {
        guard !anchors.plot.isEmpty else { return "" }
        let image = Markup.void(
            "img",
            [
                "alt": "Box sizes with anchors, sizes against strides, fitness by the number of anchors",
                "src": "data:image/svg+xml;base64,\(Data(anchors.plot).base64EncodedString())",
            ])
        return PageSection.panel(image)
    }
}
