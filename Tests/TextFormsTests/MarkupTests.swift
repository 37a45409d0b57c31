import Testing
import TextForms

@Suite struct MarkupTests {
    @Test(arguments: ["<b>", "a & b", "\"quoted\" 'twice'", "]]>", "</td>"])
    func textNeverBecomesMarkup(text: String) {
        let escaped = Markup(text: text).text
        for character in ["<", ">", "\"", "'"] { #expect(!escaped.contains(character)) }
        #expect(("<td>\(text)</td>" as Markup).text == "<td>\(escaped)</td>")
        #expect(Markup.element("td", ["title": text], "\(text)").text == "<td title=\"\(escaped)\">\(escaped)</td>")
    }

    @Test func markupInMarkupStaysMarkup() {
        let inner = Markup.element("b", "\("x < y")")
        #expect(("<p>\(inner) \(3)</p>" as Markup).text == "<p><b>x &lt; y</b> 3</p>")
        #expect(Markup.joined([inner, inner], separator: ", ").text == "<b>x &lt; y</b>, <b>x &lt; y</b>")
        #expect((inner + inner).text == inner.text + inner.text)
    }

    @Test func attributesKeepTheirOrderAndMayBeAbsent() {
        let none: String? = nil
        let rectangle = Markup.empty("rect", ["width": 2.04, "height": 3, "class": none, "id": "a"])
        #expect(rectangle.text == "<rect width=\"2.0\" height=\"3\" id=\"a\"/>")
        #expect(Markup.element("g").text == "<g></g>")
        #expect(Markup.void("input", ["checked": true, "hidden": false]).text == "<input checked>")
    }
}
