import TextForms

/// HTML with places to fill, written `{{name}}`.
package struct HTMLTemplate: Sendable {
    private enum Piece {
        case text(String)
        case place(String)
    }

    private let pieces: [Piece]

    /// - Parameter resource: UTF-8; a line break at its end is left out.
    package init(_ resource: [UInt8]) {
        var pieces: [Piece] = []
        var rest = Substring(String(decoding: resource, as: UTF8.self))
        if rest.hasSuffix("\n") { rest.removeLast() }
        while let opening = rest.firstRange(of: "{{"),
            let closing = rest[opening.upperBound...].firstRange(of: "}}")
        {
            pieces.append(.text(String(rest[..<opening.lowerBound])))
            pieces.append(.place(String(rest[opening.upperBound..<closing.lowerBound])))
            rest = rest[closing.upperBound...]
        }
        self.pieces = pieces + [.text(String(rest))]
    }

    /// The names of the places.
    package var places: Set<String> {
        Set(pieces.compactMap { if case .place(let name) = $0 { name } else { nil } })
    }

    /// Every place filled. What is filled in is not looked through for places.
    package func filled(_ values: [String: Markup]) -> Markup {
        precondition(Set(values.keys) == places, "a template's places are what is filled in")
        return Markup.joined(
            pieces.map { piece in
                switch piece {
                case .text(let text): Markup(verbatim: text)
                case .place(let name): values[name] ?? ""
                }
            })
    }
}
