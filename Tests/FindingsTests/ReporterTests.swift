import Findings
import Foundation
import Testing

@Suite struct ReporterTests {
    private let finding = Finding(
        code: "B003", severity: .warning, file: "labels/a \"b\",\u{1}.txt", line: 3, column: nil, message: "m\n<x>",
        effect: .kept("as it is"), fix: "cut, then save")

    @Test func jsonHasTheStableFields() throws {
        let text = FindingReporter.render([finding, finding], as: .json)
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(rows.count == 2)
        #expect(
            Set(rows[0].keys) == ["code", "severity", "file", "line", "column", "message", "effect", "fix", "verdict"])
        #expect(
            rows[0]["file"] as? String == finding.file && rows[0]["line"] as? Int == 3 && rows[0]["column"] is NSNull)
        #expect(FindingReporter.render([], as: .json) == "[\n]\n")
    }

    @Test func csvQuotesWhatNeedsIt() {
        let lines = FindingReporter.render([finding], as: .csv)
        #expect(lines.contains("\"labels/a \"\"b\"\",\u{1}.txt\"") && lines.contains("\"cut, then save\""))
    }

    @Test func githubEscapesProperties() {
        let text = FindingReporter.render([finding], as: .github)
        #expect(
            text.hasPrefix("::warning file=labels/a \"b\"%2C") && text.contains("m%0A<x>") && text.contains("line=3"))
    }

    @Test func sarifIsJSONWithRulesAndPlaces() throws {
        let text = FindingReporter.render([finding], as: .sarif, ruleNames: ["B003": "box outside"])
        let top = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let run = try #require((top["runs"] as? [[String: Any]])?.first)
        let result = try #require((run["results"] as? [[String: Any]])?.first)
        #expect(top["version"] as? String == "2.1.0" && result["ruleId"] as? String == "B003")
        #expect(result["level"] as? String == "warning")
    }

    @Test func severitiesAreOrdered() {
        #expect(Severity.note < Severity.warning)
        #expect(Severity.warning < Severity.error)
    }
}
