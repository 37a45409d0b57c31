import TextForms

extension Drawing {
    /// A document that stands alone, on white, without script or anything from outside.
    package func svg() -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
        role="img" font-family="system-ui, sans-serif">\(Markup.element("title", "\(title)").text)
        <rect width="\(width)" height="\(height)" fill="rgb(255,255,255)"/>
        \(Markup.joined(shapes.map(\.markup), separator: "\n").text)
        </svg>

        """
    }

    /// An element of a page, which styles it.
    ///
    /// - Parameter style: a class of its own.
    package func inline(style: String? = nil) -> Markup {
        .element(
            "svg", ["viewBox": "0 0 \(width) \(height)", "role": "img", "aria-label": title, "class": style],
            .joined(shapes.map(\.markup)))
    }
}

extension Drawing.Shape {
    fileprivate var markup: Markup {
        switch form {
        case .line(let from, let to, let width):
            element(
                "line", ["x1": from.x, "y1": from.y, "x2": to.x, "y2": to.y, "stroke-width": width, "stroke": paint])
        case .rectangle(let at):
            element("rect", ["x": at.left, "y": at.top, "width": at.width, "height": at.height, "fill": paint])
        case .outline(let at):
            element(
                "rect",
                ["x": at.left, "y": at.top, "width": at.width, "height": at.height, "fill": "none", "stroke": paint])
        case .circle(let centre, let radius):
            element("circle", ["cx": centre.x, "cy": centre.y, "r": radius, "fill": paint])
        case .path(let lines, let width):
            element(
                "path", ["d": lines.map(Self.course).joined(), "fill": "none", "stroke-width": width, "stroke": paint])
        case .text(let text, let at, let size, let alignment, let isTurned):
            Markup.element(
                "text",
                [
                    "x": at.x, "y": at.y, "font-size": size, "text-anchor": alignment.rawValue, "fill": paint,
                    "transform": isTurned ? "rotate(-90 \(Self.place(at)))" : nil as String?,
                ], "\(text)")
        }
    }

    private func element(_ name: String, _ attributes: KeyValuePairs<String, any MarkupValue>) -> Markup {
        title.map { .element(name, attributes, .element("title", "\($0)")) } ?? .empty(name, attributes)
    }

    private static func course(_ points: [Point]) -> String { "M" + points.map(place).joined(separator: "L") }

    private static func place(_ point: Point) -> String {
        "\(Figure.text(point.x, decimals: 1)) \(Figure.text(point.y, decimals: 1))"
    }
}
