import AuditPlan
import TextForms

/// What is acted upon, first: whether it trains, what is lost, what is wrong, and what to do next.
struct OverviewSection {
    let content: ReportContent

    init(_ content: ReportContent) { self.content = content }

    var body: Markup {
        let footer: Markup = """
            <footer>Made by assay \(assayVersion). Nothing on this page was loaded from a network.</footer>
            """
        return banner + .element("p", ["class": "path"], Markup(text: content.datasetPath)) + lights + steps + cards
            + Glossary.section.html + footer
    }

    /// Before everything else: what the review shows is worth little where the models cannot judge.
    private var banner: Markup {
        content.doubt.map { doubt in
            .element(
                "div", ["class": "banner", "role": "alert"],
                .element("strong", "The probabilities on this page cannot be believed.")
                    + .element("p", Markup(text: doubt.prefix(1).uppercased() + doubt.dropFirst() + ".")))
        } ?? ""
    }

    private var lights: Markup {
        .element(
            "div", ["class": "lights"],
            .joined(
                content.lights.map { light in
                    .element(
                        "section", ["class": "light \(light.level.rawValue)"],
                        .element("h2", Glossary.explained(light.title)),
                        .element("div", ["class": "headline"], Markup(text: light.headline)),
                        .element("p", link(Markup(text: light.detail), to: light.place)))
                }))
    }

    private func link(_ text: Markup, to place: String?) -> Markup {
        place.map { .element("a", ["href": "#\($0)"], text) } ?? text
    }

    private var steps: Markup {
        guard !content.nextSteps.isEmpty else { return "" }
        let items = content.nextSteps.map { step in
            Markup.element(
                "li", link(Markup(text: step.text), to: step.place), .joined(step.commands.map(PageSection.command)))
        }
        let section = PageSection(
            id: "next", heading: "What to do next",
            body: PageSection.panel(.element("ol", ["class": "steps"], .joined(items))))
        return section.html
    }

    private var cards: Markup {
        let cards = content.cards.map { card in
            Markup.element(
                "section", ["class": "card"], .element("h3", Markup(text: card.title)),
                .element("div", ["class": "headline"], Markup(text: card.headline)), PageSection.figures(card.figures))
        }
        return .element("div", ["class": "cards"], .joined(cards))
    }
}
