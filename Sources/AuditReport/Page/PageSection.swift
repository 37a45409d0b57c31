import TextForms

/// A part of the page under a heading.
struct PageSection {
    /// What links point to.
    let id: String
    let heading: Markup
    /// What the navigation calls it; nil where it is not named there.
    var link: String?
    let body: Markup

    var html: Markup { .element("h2", ["id": id], heading) + body }

    /// `<div class="panel">…</div>`
    static func panel(_ contents: Markup) -> Markup { .element("div", ["class": "panel"], contents) }

    /// Panels beside each other, where there is room.
    static func panels(_ panels: [Markup]) -> Markup {
        .element("div", ["class": "two"], .joined(panels.map(panel)))
    }

    /// A remark in a faint colour.
    static func remark(_ contents: Markup) -> Markup { .element("p", ["class": "soft"], contents) }

    /// Names with their figures.
    static func figures(_ figures: [(name: String, value: String)]) -> Markup {
        .element(
            "dl",
            .joined(figures.map { .element("dt", Markup(text: $0.name)) + .element("dd", Markup(text: $0.value)) }))
    }
}
