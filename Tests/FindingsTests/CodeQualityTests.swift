import Findings
import Foundation
import Testing

/// GitLab's code quality report, by what GitLab's documentation asks of it.
@Suite struct CodeQualityTests {
    private func finding(_ code: String, _ severity: Severity, line: Int?, _ message: String = "m") -> Finding {
        Finding(
            code: code, severity: severity, file: "data/labels/a.txt", line: line, message: message,
            effect: code == "D019" ? .stops("no") : .kept("as it is"), fix: "f")
    }

    private func report(_ findings: [Finding], rows: [Int: String] = [:]) throws -> [[String: Any]] {
        let text = FindingReporter.render(findings, as: .gitlab, row: { $0.line.flatMap { rows[$0] } }).text
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    }

    @Test func everyFieldIsThere() throws {
        let issues = try report([
            finding("B001", .error, line: 3), finding("B003", .warning, line: 4), finding("I004", .note, line: nil),
            finding("D019", .error, line: 1),
        ])
        #expect(issues.map { $0["severity"] as? String } == ["major", "minor", "info", "blocker"])
        #expect(issues.map { $0["check_name"] as? String } == ["B001", "B003", "I004", "D019"])
        for (issue, line) in zip(issues, [3, 4, 1, 1]) {
            let location = issue["location"] as? [String: Any]
            #expect(location?["path"] as? String == "data/labels/a.txt")
            #expect((location?["lines"] as? [String: Any])?["begin"] as? Int == line)
            #expect((issue["description"] as? String)?.contains("Training: ") == true)
        }
    }

    /// GitLab compares fingerprints of two branches, and drops the second of one fingerprint.
    @Test func fingerprintsFollowRowsAndAreDifferent() throws {
        func prints(_ findings: [Finding], _ rows: [Int: String]) throws -> [String] {
            try report(findings, rows: rows).compactMap { $0["fingerprint"] as? String }
        }
        let before = try prints([finding("B001", .error, line: 3, "row 3")], [3: "7 0.5 0.5 0.1 0.1"])
        let after = try prints([finding("B001", .error, line: 5, "row 5")], [5: "7 0.5 0.5 0.1 0.1"])
        #expect(before == after)
        let twice = try prints(
            [finding("B001", .error, line: 3), finding("B001", .error, line: 5)], [3: "7 1 1 1 1", 5: "7 1 1 1 1"])
        #expect(Set(twice).count == 2)
        #expect(try prints([finding("B002", .error, line: 3)], [3: "7 0.5 0.5 0.1 0.1"]) != before)
        #expect(try report([]).isEmpty)
    }
}
