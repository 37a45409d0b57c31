import FileReading
import Foundation
import TextForms
import ToolOptions

/// Names, paths and figures as they are written: each form's own reader gives them back, and none breaks out of its form.
@Sendable func writeTexts(_ input: [UInt8]) throws {
    let text = String(decoding: input, as: UTF8.self)
    writeJSON(text)
    writeTables(text)
    writeLists(text)
    writePaths(text)
    let words = input.withUnsafeBytes { raw in
        stride(from: 0, to: raw.count - 7, by: 8).map { raw.loadUnaligned(fromByteOffset: $0, as: UInt64.self) }
    }
    for word in words { writeFigures(Double(bitPattern: word)) }
}

private func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

private func writeJSON(_ text: String) {
    // Foundation takes the mark at the beginning of a string for one of the file's, and leaves it out.
    guard !text.unicodeScalars.contains("\u{FEFF}") else { return }
    for escapesMarkup in [false, true] {
        var json = JSONWriter(escapesMarkup: escapesMarkup)
        json.object { $0.member(text, [text]) }
        if escapesMarkup { demand(!json.bytes.contains { "<>&".utf8.contains($0) }, "markup in JSON") }
        demand(!json.bytes.contains { $0 < 0x20 }, "a control character in JSON")
        let read = try? JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: [String]]
        demand(read?.count == 1, "no JSON: \(json.text)")
        for (key, value) in read ?? [:] {
            demand(isSame(key, text) && value.count == 1 && isSame(value[0], text), "read back otherwise")
        }
    }
}

private func writeTables(_ text: String) {
    let field = CSVText.field(text)
    demand(isSame(CSVText.plain(field), text), "a cell reads back otherwise: \(field)")
    // One quote opens a cell; a second one is of its text, which is no formula then.
    let cell = field.hasPrefix("\"") ? field.dropFirst() : field[...]
    demand(!"=+-@".contains(cell.drop { $0 == " " }.first ?? "a"), "a formula: \(field)")
    let shown = TerminalText.shown(text)
    demand(isSame(TerminalText.shown(shown), shown), "shown twice: \(shown)")
    for form in [field, shown, CodeSpan.of(text), QuotedText.json(text), PercentText.url(path: text)] {
        demand(!form.unicodeScalars.contains(where: ControlScalars.contains), "a control character: \(form)")
    }
    for lineEnds in [XMLText.LineEnds.kept, .shown] {
        let escaped = XMLText.escaped(text, quotes: .both, lineEnds: lineEnds)
        demand(!escaped.utf8.contains { "<>\"'".utf8.contains($0) }, "markup in XML")
        demand(
            !escaped.unicodeScalars.contains { $0.value < 0x20 && !"\t\n".unicodeScalars.contains($0) },
            "a control character in XML")
    }
    demand(Columns.aligned([[text, "a"], ["b"]]).count == 2)
}

private func writeLists(_ text: String) {
    // Blanks around an element and empty ones are not kept.
    let element = text.trimmingCharacters(in: CharacterSet(charactersIn: " "))
    guard !element.isEmpty, isSame(element, text) else { return }
    let elements = ListText.elements(ListText.text([element, "a"]))
    demand(elements.count == 2 && isSame(elements[0], element), "a list reads back otherwise: \(elements)")
}

private func writePaths(_ text: String) {
    let normalized = Paths.normalized(text)
    demand(isSame(Paths.normalized(normalized), normalized), "normalized twice: \(normalized)")
    let absolute = Paths.absolute("/" + text)
    for root in ["/", "/a", "/a/b"] {
        let back = Paths.absolute(Paths.relative(absolute, to: root), relativeTo: root)
        demand(isSame(back, absolute), "from \(root): \(back) for \(absolute)")
    }
    let name = Paths.fileName(of: text)
    demand(
        text.utf8.count >= name.utf8.count
            && isSame(String(decoding: text.utf8.suffix(name.utf8.count), as: UTF8.self), name), "another name")
    demand(isSame(Paths.suffix(of: Paths.withoutSuffix(text) + ".txt"), "txt") || name.isEmpty)
}

private func writeFigures(_ value: Double) {
    let exact = ExactNumber.text(value)
    demand(value.isNaN || Double(exact) == value, "read back otherwise: \(exact)")
    _ = (Figure.text(value, decimals: 3), Figure.short(value), Figure.percent(value))
    for decimals in [6, 8] {
        let text = RowNumber.text(value, decimals: decimals, padded: decimals == 6, halves: .exact)
        guard let read = Double(text) else { fail("no number: \(text)") }
        demand(text.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (48...57).contains($0) })
        if (0...1).contains(value) { demand(abs(read - value) <= 1e-6, "far from \(value): \(text)") }
    }
    if let text = RowNumber.exact(value, decimals: 8) {
        demand(Double(text).map { abs($0 - value) <= max(6e-9, value.ulp) } == true, "not \(value): \(text)")
    } else {
        demand(!(0...9e9).contains(value), "no text for \(value)")
    }
}
