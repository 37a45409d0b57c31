import AuditPlan
import TextForms

/// The audit as one HTML file that needs nothing beside it.
public enum ReportPage {
    /// The whole file. Whatever the content holds is shown as text.
    public static func render(_ content: ReportContent) -> String {
        let sections = [
            nextSteps(content), ReviewSection(content).section, LabelsSection.section(content),
            DatasetSection.section(content), AnchorsSection.section(content), TrainingSections.losses(content),
            TrainingSections.curves(content), GallerySection.section(content),
        ].compactMap(\.self)
        let page = FrontEnd.page.filled([
            "policy": policy(content), "version": Markup(text: assayVersion), "title": Markup(text: content.title),
            "style": FrontEnd.style, "dataset": Markup(text: content.datasetPath), "navigation": navigation(sections),
            "sections": .joined([cards(content)] + sections.map(\.html), separator: "\n"),
        ])
        return page.text + "\n"
    }

    /// One script is let in, by its digest; pictures of large datasets lie beside the page.
    private static func policy(_ content: ReportContent) -> Markup {
        let still = "default-src 'none'; img-src data: file: 'self'; style-src 'unsafe-inline'"
        let script = "; connect-src 'self'; script-src \(FrontEnd.scriptSource)"
        return Markup(verbatim: content.suspicions.isEmpty ? still : still + script)
    }

    private static func navigation(_ sections: [PageSection]) -> Markup {
        .joined(
            sections.compactMap { section in
                section.link.map { .element("a", ["href": "#" + section.id], Markup(text: $0)) }
            })
    }

    private static func cards(_ content: ReportContent) -> Markup {
        let cards = content.cards.map { card in
            Markup.element(
                "section", ["class": "card"], .element("h3", Markup(text: card.title)),
                .element("div", ["class": "headline"], Markup(text: card.headline)), PageSection.figures(card.figures))
        }
        return .element("div", ["class": "cards"], .joined(cards))
    }

    private static func nextSteps(_ content: ReportContent) -> PageSection? {
        guard !content.nextSteps.isEmpty else { return nil }
        let steps = Markup.joined(content.nextSteps.map { .element("li", Markup(text: $0)) })
        return PageSection(
            id: "next", heading: "What to do next",
            body: PageSection.panel(.element("ol", ["class": "steps"], steps)))
    }
}
