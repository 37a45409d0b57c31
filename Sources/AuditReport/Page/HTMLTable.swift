import TextForms

/// A table of the page.
struct HTMLTable {
    /// A cell with its contents.
    enum Cell {
        /// Names the row.
        case head(Markup)
        case text(Markup)
        case number(Markup)
        /// With classes of the style sheet.
        case styled(String, Markup)

        fileprivate var html: Markup {
            switch self {
            case .head(let contents): .element("th", ["scope": "row"], contents)
            case .text(let contents): .element("td", contents)
            case .number(let contents): .element("td", ["class": "num"], contents)
            case .styled(let style, let contents): .element("td", ["class": style], contents)
            }
        }
    }

    /// The head of a column.
    struct Column: ExpressibleByStringLiteral {
        fileprivate let html: Markup

        /// Of text.
        init(stringLiteral value: String) { html = .element("th", Glossary.explained(value)) }

        /// Of numbers, which stand at the right.
        static func number(_ name: String) -> Column {
            Column(.element("th", ["class": "num"], Glossary.explained(name)))
        }

        private init(_ html: Markup) { self.html = html }
    }

    var style: String?
    let columns: [Column]
    let rows: [[Cell]]

    var html: Markup { Self.table(style: style, columns: columns, rows: rows.map { Self.row($0) }) }

    /// Of rows that `row` has made.
    static func table(style: String? = nil, columns: [Column], rows: [Markup]) -> Markup {
        .element(
            "table", ["class": style], .element("thead", .element("tr", .joined(columns.map(\.html)))),
            .element("tbody", .joined(rows)))
    }

    /// A row with attributes of its own.
    static func row(_ cells: [Cell], _ attributes: KeyValuePairs<String, any MarkupValue> = [:]) -> Markup {
        .element("tr", attributes, .joined(cells.map(\.html)))
    }
}
