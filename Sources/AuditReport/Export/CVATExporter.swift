import AuditPlan
import TextForms

/// “CVAT for images 1.1”, as its documentation describes it.
struct CVATExporter: ReportExporter {
    let name = "cvat"
    let fileSuffix = "xml"
    let contents = "all labels and missing ones; kind, probability and reason of a suspicion as attributes of its box"
    let importing = "CVAT: Upload annotations, “CVAT for images 1.1”"

    private static let attributes = ["assay_kind", "assay_probability", "assay_reason"]

    func text(_ export: ReportExport) -> String {
        let attributes = Markup.joined(
            Self.attributes.map { name in
                .element(
                    "attribute",
                    .element("name", "\(name)") + .element("mutable", "False") + .element("input_type", "text")
                        + .element("default_value", "") + .element("values", ""))
            })
        let labels = export.classNames.map { name in
            Markup.element(
                "label",
                .element("name", "\(TerminalText.shown(name))") + .element("type", "rectangle")
                    + .element("attributes", attributes))
        }
        let images = export.entries.enumerated().map { image($1, number: $0, export) }
        return """
            <?xml version="1.0" encoding="utf-8"?>
            <annotations>
              <version>1.1</version>
              <meta><task><labels>\(Markup.joined(labels).text)</labels></task></meta>
            \(Markup.joined(images).text)</annotations>

            """
    }

    private func image(_ entry: ReportExport.Entry, number: Int, _ export: ReportExport) -> Markup {
        let boxes = entry.regions.map { "    \(box($0, of: entry.row, export))\n" as Markup }
        let image = Markup.element(
            "image",
            [
                "id": number, "name": TerminalText.shown(entry.row.image), "width": entry.row.width,
                "height": entry.row.height,
            ],
            "\n" + .joined(boxes) + "  ")
        return "  \(image)\n"
    }

    private func box(_ region: ReportExport.Region, of row: ImageLossRow, _ export: ReportExport) -> Markup {
        let (width, height) = (Double(row.width), Double(row.height))
        let b = region.box
        let edges = [
            (b[0] - b[2] / 2) * width, (b[1] - b[3] / 2) * height, (b[0] + b[2] / 2) * width,
            (b[1] + b[3] / 2) * height,
        ].map { FixedNumber($0, decimals: 2).text }
        let values =
            region.suspicion.map { [$0.kind.rawValue, FixedNumber($0.score, decimals: 3).text, $0.evidence] } ?? [
                "", "", "",
            ]
        let tags = zip(Self.attributes, values).map {
            Markup.element("attribute", ["name": $0], "\(TerminalText.shown($1))")
        }
        return .element(
            "box",
            [
                "label": TerminalText.shown(export.className(region.classID)),
                "source": region.line == nil ? "auto" : "manual",
                "occluded": 0, "xtl": edges[0], "ytl": edges[1], "xbr": edges[2], "ybr": edges[3], "z_order": 0,
            ], .joined(tags))
    }
}
