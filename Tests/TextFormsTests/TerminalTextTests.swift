import Foundation
import Testing
import TextForms

@Suite struct TerminalTextTests {
    private static let hostile = [
        "\u{1B}[31m", "\u{1B}]8;;http://x\u{7}", "\u{9B}2J", "\u{7F}\u{8}", "a\r\nb", "\t", "\u{202E}", "\u{2066}",
        "\u{2028}",
        "\u{200B}", "\u{FEFF}", "\u{E0041}", "\u{0}",
    ]

    @Test(arguments: hostile) func interpolatedValuesAreShown(name: String) {
        let text: TerminalText = "name \(name)\n"
        #expect(text.text.unicodeScalars.allSatisfy { $0 == "\n" || !ControlScalars.contains($0) })
        #expect(text.text.hasPrefix("name ") && text.text.count { $0.isNewline } == 1)
        #expect(text.text.contains("\\u{"))
        #expect(TerminalText.shown(TerminalText.shown(name)) == TerminalText.shown(name))
        let json = QuotedText.json(name)
        #expect(json.unicodeScalars.allSatisfy { !ControlScalars.contains($0) })
        let read = try? JSONSerialization.jsonObject(with: Data("[\(json)]".utf8)) as? [String]
        #expect(read.map { Array(($0.first ?? "").utf8) } == Array(name.utf8))
    }

    @Test func whatIsNoCharacterIsOne() {
        for value: UInt32 in [0xFDD0, 0xFFFE, 0x10FFFF] {
            #expect(Unicode.Scalar(value).map(ControlScalars.contains) == true)
        }
    }

    @Test func whatIsMeantStays() {
        for name in ["Ünïcode", "日本語", "👩‍👩‍👧", "می\u{200C}خواهم", "a–b", "C:\\x", "a#b", "x::y"] {
            #expect(TerminalText.shown(name) == name)
        }
        #expect(("\(3) of \(0.5)" as TerminalText).text == "3 of 0.5")
        #expect(TerminalText(written: "a\n\tb\u{1B}").text == "a\n\tb\\u{1B}")
        let inner: TerminalText = "one\ntwo"
        #expect(("<\(inner)>" as TerminalText).text == "<one\ntwo>")
        #expect([inner, inner].joined(separator: ", ").text == "one\ntwo, one\ntwo")
        #expect(("x" as TerminalText).styled(.bold).text == "\u{1B}[1mx\u{1B}[0m")
    }

    @Test func serversThatBuildAreGivenNoOrders() {
        for name in ["::error::x", "  ::add-mask::x", "a##[group]", "##vso[task.complete]"] {
            let shown = TerminalText.shown(name)
            #expect(!shown.drop { $0 == " " }.hasPrefix("::") && !shown.contains("##"), "\(shown)")
        }
    }

    @Test func codeSpansHoldAnything() {
        #expect(CodeSpan.of("a_b*c<d>&e@f") == "`a_b*c<d>&e@f`")
        #expect(CodeSpan.of("a`b") == "``a`b``" && CodeSpan.of("`") == "`` ` ``")
        #expect(CodeSpan.of("a|b", inTable: true) == "`a\\|b`" && CodeSpan.of("a\nb") == "`a\\u{A}b`")
    }
}
