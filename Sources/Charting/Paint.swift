import TextForms

/// What a shape is painted with; an opacity of 1 covers what is below.
package enum Paint: MarkupValue {
    /// 0xRRGGBB.
    case colour(Int, opacity: Double = 1)
    /// A class of the page's style sheet. Pixels know none: there it is black, as in SVG without the sheet.
    case style(String, opacity: Double = 1)

    /// Red, green and blue, and how much they cover.
    var pixel: (channels: [Int], opacity: Double) {
        switch self {
        case .colour(let hex, let opacity): ([16, 8, 0].map { hex >> $0 & 0xFF }, opacity)
        case .style(_, let opacity): ([0, 0, 0], opacity)
        }
    }

    /// `fill` or `stroke`, or the class instead, with the opacity where something shines through.
    package func attribute(_ name: String) -> String {
        let (channels, opacity) = pixel
        let shade = opacity < 1 ? " \(name)-opacity=\"\(Figure.text(opacity, decimals: 2))\"" : ""
        if case .style(let style, _) = self { return style.attribute("class") + shade }
        return " \(name)=\"rgb(\(channels.map(String.init).joined(separator: ",")))\"" + shade
    }
}
