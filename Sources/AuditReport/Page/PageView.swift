import TextForms

/// A view of the page behind its tab.
struct PageView {
    /// In the address, as `#review`.
    let name: String
    /// On the tab.
    let title: String
    let body: Markup

    /// The first tab can be reached by the keyboard before the script has run.
    func tab(isFirst: Bool) -> Markup {
        .element(
            "a",
            [
                "role": "tab", "id": "tab-\(name)", "href": "#\(name)", "aria-controls": "panel-\(name)",
                "aria-selected": isFirst ? "true" : "false",
            ], Markup(text: title))
    }

    var panel: Markup {
        .element(
            "div", ["role": "tabpanel", "id": "panel-\(name)", "aria-labelledby": "tab-\(name)"],
            .element("div", ["id": name], body))
    }

    /// Nil where it would be empty.
    init?(_ name: String, _ title: String, _ sections: [PageSection?]) {
        let sections = sections.compactMap(\.self)
        guard !sections.isEmpty else { return nil }
        self.init(name, title, .joined(sections.map(\.html), separator: "\n"))
    }

    init(_ name: String, _ title: String, _ body: Markup) {
        (self.name, self.title, self.body) = (name, title, body)
    }
}
