import Findings
import Foundation
import Testing
import TextForms

@Suite struct ReporterTests {
    private let finding = Finding(
        code: "B003", severity: .warning, file: "labels/a \"b\",\u{1}.txt", line: 3, column: nil, message: "m\n<x>",
        effect: .kept("as it is"), fix: "cut, then save")

    @Test func jsonHasTheStableFields() throws {
        let text = FindingReporter.render([finding, finding], as: .json).text
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(rows.count == 2)
        #expect(
            Set(rows[0].keys) == ["code", "severity", "file", "line", "column", "message", "effect", "fix", "verdict"])
        #expect(
            rows[0]["file"] as? String == finding.file && rows[0]["line"] as? Int == 3 && rows[0]["column"] is NSNull)
        #expect(FindingReporter.render([], as: .json).text == "[\n]\n")
    }

    @Test func csvQuotesWhatNeedsIt() {
        let lines = FindingReporter.render([finding], as: .csv).text
        #expect(lines.contains("\"labels/a \"\"b\"\",\\u{1}.txt\"") && lines.contains("\"cut, then save\""))
    }

    @Test func githubEscapesProperties() {
        let text = FindingReporter.render([finding], as: .github).text
        #expect(
            text.hasPrefix("::warning file=labels/a \"b\"%2C") && text.contains("m%0A<x>") && text.contains("line=3"))
    }

    @Test func sarifIsJSONWithRulesAndPlaces() throws {
        let tool = FindingTool(
            version: "1.2.3", rules: ["B003": .init(name: "box outside", help: "cut it")],
            base: .init(name: "DATASET", folder: "/a b"))
        let text = FindingReporter.render([finding], as: .sarif, tool: tool).text
        let top = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let run = try #require((top["runs"] as? [[String: Any]])?.first)
        let result = try #require((run["results"] as? [[String: Any]])?.first)
        #expect(top["version"] as? String == "2.1.0" && result["ruleId"] as? String == "B003")
        #expect(result["level"] as? String == "warning")
        let driver = try #require((run["tool"] as? [String: [String: Any]])?["driver"])
        let rule = try #require((driver["rules"] as? [[String: Any]])?.first)
        #expect(driver["version"] as? String == "1.2.3" && rule["helpUri"] is String && rule["help"] != nil)
        let bases = try #require(run["originalUriBaseIds"] as? [String: [String: String]])
        #expect(bases["DATASET"]?["uri"] == "file:///a%20b/")
        #expect(text.contains("\"uri\": \"labels/a%20%22b%22%2C%01.txt\", \"uriBaseId\": \"DATASET\""))
    }

    /// What a name may hold, in every form: nothing of it reaches a terminal.
    @Test(arguments: FindingFormat.allCases) func namesDriveNoTerminal(format: FindingFormat) {
        var hostile = finding
        hostile.file = "::error::\u{1B}]0;x\u{7}\u{9B}31m\u{202E}\u{2028}\u{7F}.txt"
        hostile.message = "class “\u{1B}[31m\r\n::set-output name=a::b”"
        hostile.fix = "##[add-mask]x\u{200B}"
        let text = FindingReporter.render([hostile], as: format, row: { _ in "0\t\u{1B}[2J 0.5" }).text
        for scalar in text.unicodeScalars where scalar != "\n" {
            #expect(!ControlScalars.contains(scalar), "\(format): \(scalar.value)")
        }
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(format == .github || !lines.contains { $0.hasPrefix("::") })
        #expect(format != .github || lines.count == 1)
        #expect(format != .text || !text.contains("##["))
    }

    @Test func coloursAreOurOwn() {
        var hostile = finding
        hostile.message = "\u{1B}[2J"
        let text = FindingReporter.render([hostile], as: .text, colour: true).text
        #expect(text.contains("\u{1B}[1;33mwarning\u{1B}[0m") && !text.contains("\u{1B}[2J"))
        #expect(text.contains("\\u{1B}[2J"))
    }

    @Test func severitiesAreOrdered() {
        #expect(Severity.note < Severity.warning)
        #expect(Severity.warning < Severity.error)
    }
}
