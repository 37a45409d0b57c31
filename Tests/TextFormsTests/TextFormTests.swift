import Foundation
import Testing
import TextForms

@Suite struct CSVWriterTests {
    @Test func fieldsOfSeveralTypesMakeARow() {
        var csv = CSVWriter(columns: ["a", "b", "c", "d"])
        csv.row("x, \"y\"", 3, 0.25, Int?.none)
        csv.row([1.0, .nan, nil, 1e-7])
        #expect(csv.text == "a,b,c,d\n\"x, \"\"y\"\"\",3,0.25,\n1,,,1e-07\n")
    }

    @Test(arguments: [
        "", "a", "a,b", "\"", "a\"b", "line\nend", "line\r\nend", "\r", "=1+1", "'=1", "''=1", "'quoted'", " \t@x",
        "-0.5", "+", "\\u{1B}", "\u{1B}", "\\u{", "\\u{5C}u{", "\\u{zz}", "\u{301},", "\"\u{301}", ":a", "\u{202E}x",
        "＝1",
    ])
    func fieldsReadBack(text: String) {
        let field = CSVText.field(text)
        #expect(Array(CSVText.plain(field).utf8) == Array(text.utf8))
        #expect(field.unicodeScalars.allSatisfy { !ControlScalars.contains($0) })
        let cell = field.drop { $0 == "\"" }
        #expect(!"=+-@＝".contains(cell.drop { $0 == " " }.first ?? "a"))
    }

    /// Texts of what the rule is about, at random.
    @Test func anyTextReadsBack() {
        var generator = SystemRandomNumberGenerator()
        let parts = [
            "'", "=", "-", "\\", "u", "{", "}", "\\u{", "5C", "\"", ",", "\n", "\u{1B}", " ", "a", ":", "\u{301}",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...8, using: &generator)).map { _ in parts.randomElement() ?? "" }.joined()
            #expect(Array(CSVText.plain(CSVText.field(text)).utf8) == Array(text.utf8), "\(Array(text.utf8))")
        }
    }

    @Test func numbersStayNumbers() {
        var csv = CSVWriter(columns: ["a"])
        csv.row(-0.5, -3, FixedNumber(-1, decimals: 2), "-0.5")
        #expect(csv.text == "a\n-0.5,-3,-1.00,'-0.5\n")
    }
}

@Suite struct XMLTextTests {
    @Test func whatMeansSomethingIsEscaped() {
        let text = "<a href=\"x\">'&'</a>\u{1}\t\n\u{85}"
        #expect(
            XMLText.escaped(text) == "&lt;a href=&quot;x&quot;&gt;'&amp;'&lt;/a&gt;\\u{1}\t\n\\u{85}")
        #expect(XMLText.escaped(text, quotes: .both).contains("&#39;&amp;&#39;"))
        #expect(XMLText.escaped(text, quotes: .none).contains("href=\"x\""))
        #expect(XMLText.escaped(text, lineEnds: .shown).hasSuffix("&gt;\\u{1}\\u{9}\\u{A}\\u{85}"))
    }

    @Test func percentsKeepTextOnOneLine() {
        #expect(PercentText.escaped("a%0A\r\nb") == "a%250A%0D%0Ab")
        #expect(PercentText.escaped("a:b,c", also: ":,") == "a%3Ab%2Cc")
        #expect(PercentText.url(path: "a b/é+&?#:%.jpg") == "a%20b/%C3%A9%2B%26%3F%23%3A%25.jpg")
        for text in ["", "%", "%25", "a\nb\r", "%0A"] { #expect(PercentText.plain(PercentText.escaped(text)) == text) }
    }
}

@Suite struct FigureTests {
    @Test func figuresAreRounded() {
        #expect(Figure.text(0.12345, decimals: 3) == "0.123" && Figure.text(2, decimals: 3) == "2.0")
        #expect(Figure.short(0.1235, decimals: 3) == "0.124" && Figure.short(2, decimals: 3) == "2")
        #expect(Figure.short(.infinity, decimals: 3) == "inf" && Figure.short(1e300, decimals: 3) == "1e+300")
        #expect(Figure.percent(0.125) == "12.5")
        #expect(FixedNumber(0.5, decimals: 2).text == "0.50" && FixedNumber(0.125, decimals: 2).text == "0.12")
    }

    @Test func rowsHaveNoExponents() {
        #expect(RowNumber.text(0, decimals: 8) == "0.0" && RowNumber.text(1e-7, decimals: 8) == "0.0000001")
        #expect(RowNumber.text(0.5, decimals: 6, padded: true) == "0.500000")
        #expect(RowNumber.text(-1, decimals: 6) == "0.0" && RowNumber.text(1, decimals: 8) == "1.0")
        #expect(RowNumber.text(0.999999999, decimals: 8) == "1.0" && RowNumber.text(.nan, decimals: 6) == "0.0")
    }

    @Test func whatNoRowCanSayIsNoRow() {
        for value in [Double.nan, .infinity, -.infinity, -1e-6, 1e20, .greatestFiniteMagnitude] {
            #expect(RowNumber.exact(value, decimals: 8) == nil)
        }
        for value in [0, -0.0, 1e-300, 0.5, 1, 12345.5, 8.9e9] {
            #expect(RowNumber.exact(value, decimals: 8).flatMap(Double.init).map { abs($0 - value) <= 5e-9 } == true)
        }
    }

    @Test func rowNumbersOfSixDecimalsAreThoseOfPrintf() {
        // Decimals, and fractions of 256 and 512, which are often halfway.
        for parts in [256.0, 512, 1920, 1_000_000] {
            for part in stride(from: 0, through: parts, by: max(1, (parts / 30_000).rounded())) {
                let value = part / parts
                let text = RowNumber.text(value, decimals: 6, padded: true, halves: .exact)
                #expect(text == String(format: "%.6f", value))
            }
        }
    }
}

@Suite struct ColumnsTests {
    @Test func columnsAreAsWideAsTheirWidestCell() {
        #expect(Columns.aligned([["a", "bb", "c"], ["dddd", "e"]]) == ["a     bb  c", "dddd  e"])
        #expect(Columns.left("ab", 4) + "|" == "ab  |" && Columns.left("abcd", 2) + "|" == "abcd |")
        #expect(Columns.right("ab", 4) == "  ab")
    }
}
