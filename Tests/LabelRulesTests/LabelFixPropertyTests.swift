import Foundation
import Geometry
import LabelRules
import Testing
import YOLODataset

/// What a fix promises, on rows made at random of what may stand in a label.
@Suite struct LabelFixPropertyTests {
    private static let fields = [
        "0", "1", "1.0", "2.5", "-1", "1e20", "1e300", "nan", "inf", "-inf", "-0", "-0.0", "1e-320", "5e-9", "1e-9",
        "0.5",
        "0.25", "0.1", ".2", "0.999999999999999999999999", "1.0001", "1.2", "1.9", "-0.1", "3", "320", "64", "1_0",
        "123456789012345678901234567890", "0,5", "0.5;", "x", "٣", "1e", "+0.5",
    ]
    private static let blanks = [" ", "  ", "\t", " \t ", "\u{A0}", "\u{1F}"]
    private static let ends = [
        "\n", "\r\n", "\r", "\u{B}", "\u{C}", "\u{1C}", "\u{85}", "\u{2028}", "\n\n", "\n \n", "",
    ]

    private static func text(_ generator: inout SystemRandomNumberGenerator) -> String {
        var text = Bool.random(using: &generator) ? "" : ["\u{FEFF}", " ", "\n"].randomElement(using: &generator) ?? ""
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let count = [5, 5, 5, 5, 6, 7, 4].randomElement(using: &generator) ?? 5
            let likely = Int.random(in: 0...2, using: &generator) > 0
            for field in 0..<count {
                if field > 0 { text += blanks.randomElement(using: &generator) ?? " " }
                text +=
                    (likely
                        ? fields[13..<20].randomElement(using: &generator) : fields.randomElement(using: &generator))
                    ?? "0"
            }
            if Bool.random(using: &generator) { text += " " }
            text += ends.randomElement(using: &generator) ?? "\n"
        }
        return text
    }

    /// The rows, cut where Python's `splitlines` and editors cut.
    private static func rows(_ bytes: [UInt8]) -> [String] {
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
        let start = scalars.first == "\u{FEFF}" ? scalars.dropFirst() : scalars[...]
        return start.split {
            (0x0A...0x0D).contains($0.value) || (0x1C...0x1E).contains($0.value)
                || [0x85, 0x2028, 0x2029].contains($0.value)
        }.map { String($0) }.filter { row in
            row.unicodeScalars.contains { !$0.properties.isWhitespace && $0.value != 0x1F }
        }
    }

    @Test(arguments: [false, true]) func rowsThatAreNotNamedStay(allowsGuesses: Bool) throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<4_000 {
            let text = Self.text(&generator)
            let bytes = Array(text.utf8)
            guard
                let (changes, new) = LabelFixer.corrected(bytes, size: (640, 480), allowsGuesses: allowsGuesses)
            else { continue }
            // Each change, done by hand to the rows as they were.
            var expected = Self.rows(bytes)
            for change in changes where !["F002", "F009", "F011"].contains(change.code) {
                let place = try #require(expected.firstIndex(of: change.old), "\(text.debugDescription) \(changes)")
                if let row = change.new { expected[place] = row } else { expected.remove(at: place) }
            }
            let rows = Self.rows(new)
            #expect(rows == expected, "\(text.debugDescription) \(changes)")
            for change in changes { try check(change, text) }
            // A fix leads to an end.
            var (latest, rounds) = (new, 0)
            while let next = LabelFixer.corrected(latest, size: (640, 480), allowsGuesses: allowsGuesses), rounds < 9 {
                (latest, rounds) = (next.new, rounds + 1)
            }
            #expect(rounds < 9, "\(text.debugDescription)")
        }
    }

    /// A changed row is one that reads back as what was meant.
    private func check(_ change: FileFix.Row, _ text: String) throws {
        guard let new = change.new, !["F002", "F007", "F009"].contains(change.code) else { return }
        let old = try #require(LabelFile.parse(Array(change.old.utf8)).rows.first)
        let row = try #require(LabelFile.parse(Array(new.utf8)).rows.first, "\(text.debugDescription)")
        #expect(LabelFile.parse(Array(new.utf8)).rows.count == 1 && row.values.count == 5 && row.kind == .box)
        #expect(row.values[0] == old.values[0] || row.values[0].isNaN, "\(change)")
        let v = old.values
        let meant: [Double]
        switch change.code {
        case "F008": meant = Array(v[1...4])
        case "B012": meant = [(v[1] + v[3]) / 2, (v[2] + v[4]) / 2, v[3] - v[1], v[4] - v[2]]
        case "B004": meant = [v[1] / 640, v[2] / 480, v[3] / 640, v[4] / 480]
        case "B003":
            let box = Box(Edges(Box(cx: v[1], cy: v[2], width: v[3], height: v[4])).clipped(width: 1, height: 1))
            meant = [box.cx, box.cy, box.width, box.height]
        default:
            Issue.record("\(change) is no change that is known")
            return
        }
        for (value, meant) in zip(row.values.dropFirst(), meant) {
            #expect(abs(value - meant) < 6e-9 || value == meant || value.isNaN && meant.isNaN, "\(change)")
        }
        if change.code != "F008" { #expect(row.values[3] > 0 && row.values[4] > 0, "\(change)") }
    }

    /// Line ends of all kinds: the row that is named goes, and nothing else does.
    @Test func rowsAreFoundAtEveryLineEnd() {
        let flat = "0 0.3 0.3 0 0.2"
        for end in ["\n", "\u{B}", "\u{C}", "\u{1C}", "\u{85}", "\u{2028}"] {
            let sound = "0 0.5  0.5 0.2 0.2 \(end)1\t0.25 0.25 0.1 0.1\(end)"
            let text = "0 0.5  0.5 0.2 0.2 \(end)\(flat)\(end)1\t0.25 0.25 0.1 0.1\(end)"
            let new = LabelFixer.corrected(Array(text.utf8), size: (640, 480), allowsGuesses: false)?.new ?? []
            #expect(Array(new) == Array(sound.utf8), "\(end.debugDescription)")
        }
    }
}
