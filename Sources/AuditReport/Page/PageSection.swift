import TextForms

/// A part of the page under a heading.
struct PageSection {
    /// What links point to.
    let id: String
    let heading: Markup
    let body: Markup

    var html: Markup { .element("h2", ["id": id], heading) + body }

    /// `<div class="panel">…</div>`
    static func panel(_ contents: Markup) -> Markup { .element("div", ["class": "panel"], contents) }

    /// Panels beside each other, where there is room.
    static func panels(_ panels: [Markup]) -> Markup {
        .element("div", ["class": "two"], .joined(panels.filter { !$0.text.isEmpty }.map(panel)))
    }

    /// A remark in a faint colour.
    static func remark(_ contents: Markup) -> Markup { .element("p", ["class": "soft"], contents) }

    /// Names with their figures; names that the glossary knows explain themselves.
    static func figures(_ figures: [(name: String, value: String)]) -> Markup {
        .element(
            "dl",
            .joined(
                figures.map {
                    .element("dt", Glossary.explained($0.name)) + .element("dd", Markup(text: $0.value))
                }))
    }

    /// A card's figures on a panel; empty where there is none.
    static func figuresPanel(_ card: ReportContent.Card?) -> Markup {
        card.map { panel(.element("h3", Markup(text: $0.headline)) + figures($0.figures)) } ?? ""
    }

    /// A command with a button that copies it.
    static func command(_ command: String) -> Markup {
        .element(
            "div", ["class": "command"], .element("code", Markup(text: command)),
            .element(
                "button", ["type": "button", "data-copy": command, "aria-label": "copy: \(command)", "hidden": true],
                "copy"))
    }
}
