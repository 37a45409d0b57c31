import Foundation
import Testing
import TextForms

@Suite struct JSONWriterTests {
    private func text(_ spacing: JSONWriter.Spacing = .spaced, _ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter(spacing: spacing)
        write(&json)
        return json.text
    }

    @Test func valuesStandOnOneLine() {
        func write(_ json: inout JSONWriter) {
            json.object { json in
                json.member("a", 1)
                json.member("b", Int?.none)
                json.array("c") { json in for value in [0.5, 2, .nan] { json.value(value) } }
                json.object("d") { $0.member("e", true) }
                json.member("f", ["x", "y"])
                json.array("g") { _ in }
            }
        }
        #expect(
            text(.spaced, write)
                == #"{"a": 1, "b": null, "c": [0.5, 2, null], "d": {"e": true}, "f": ["x", "y"], "g": []}"#)
        #expect(text(.tight, write) == #"{"a":1,"b":null,"c":[0.5,2,null],"d":{"e":true},"f":["x","y"],"g":[]}"#)
    }

    @Test func linesGoInByAStepEach() {
        let found = text { json in
            json.object(.lines) { json in
                json.member("a", [1, 2])
                json.array("b", .lines) { json in
                    json.object { $0.member("c", 1) }
                    json.object { $0.member("c", 2) }
                }
                json.object("d", .hanging) { json in
                    json.member("e", 1)
                    json.member("f", 2)
                }
                json.array("g", .lines) { _ in }
            }
            json.endLine()
        }
        #expect(
            found == """
                {
                  "a": [1, 2],
                  "b": [
                    {"c": 1},
                    {"c": 2}
                  ],
                  "d": {"e": 1,
                    "f": 2},
                  "g": [
                  ]
                }

                """)
    }

    @Test func aLineCanBeStartedAnywhere() {
        var json = JSONWriter(spacing: .tight, step: 0)
        json.object { json in
            json.array("a", .line) { json in
                for value in 1...2 {
                    json.startLine()
                    json.value(value)
                }
            }
            json.startLine()
            json.array("b", .lines) { $0.value(3) }
        }
        #expect(json.text == "{\"a\":[\n1,\n2],\n\"b\":[\n3\n]}")
    }

    @Test func linesOfDocumentsNeedNoCommas() {
        let found = text { json in
            for value in 1...2 {
                json.object { $0.member("a", value) }
                json.endLine()
            }
        }
        #expect(found == "{\"a\": 1}\n{\"a\": 2}\n")
    }

    @Test(arguments: [
        "", "plain", "a \"b\" \\ c", "\u{0}\u{1}\u{1F}\n\r\t", "é – 𝄞", "\u{2028}|\u{2029}|\u{202A}|\u{20}", "\r\n",
        "ends with \u{2028}", "e\u{301}",
    ])
    func textReadsBack(text: String) throws {
        let json = QuotedText.json(text)
        let back = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed) as? String
        #expect(back.map { Array($0.utf8) } == Array(text.utf8))
        #expect(!json.unicodeScalars.contains { $0.value < 32 || $0 == "\u{2028}" || $0 == "\u{2029}" })
        // The same by scalars, as YAML writes them.
        let slow = QuotedText.text(text) { scalar in
            ControlScalars.contains(scalar)
                ? QuotedText.code(scalar, "\\u", width: 4).lowercased() : nil
        }
        #expect(json == slow)
    }

    @Test func markupCannotEndTheElementAround() throws {
        var json = JSONWriter(escapesMarkup: true)
        json.array { json in
            json.value("</script>&")
            json.value(JSONFragment("{\"a\":\"<b>\"}"))
        }
        #expect(json.text == #"["\u003c/script\u003e\u0026", {"a":"\u003cb\u003e"}]"#)
        let back = try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [Any]
        #expect(back?.first as? String == "</script>&")
    }

    @Test(arguments: [0.1, 1.0 / 3, 1e-300, 123456789.125, -0.0, 1e22, 1e15, -7])
    func numbersReadBackExactly(value: Double) {
        var json = JSONWriter()
        json.value(value)
        #expect(Double(json.text) == value)
        #expect(Double(ExactNumber.text(value)) == value)
    }

    /// A long document is handed over while it is made.
    @Test(arguments: [JSONWriter.Layout.line, .lines, .hanging]) func piecesAreTheWhole(layout: JSONWriter.Layout) {
        var (whole, taken) = (JSONWriter(), JSONWriter())
        var bytes: [UInt8] = []
        func elements(_ json: inout JSONWriter, _ after: (inout JSONWriter) -> Void) {
            json.array(layout) { json in
                for number in 0..<5 {
                    json.object { $0.member("number", number) }
                    after(&json)
                }
            }
            json.endLine()
        }
        elements(&whole) { _ in }
        elements(&taken) { bytes += $0.take() }
        #expect(!bytes.isEmpty && bytes + taken.bytes == whole.bytes)
        var csv = CSVWriter(columns: ["a"])
        bytes = csv.take()
        csv.row(1)
        #expect(bytes + csv.bytes == Array("a\n1\n".utf8))
    }
}
