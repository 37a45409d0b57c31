import TextForms

/// Findings as JUnit's XML: a test case a finding, below a suite a file; notes are passed tests.
enum JUnitReport {
    static func text(_ findings: [Finding]) -> String {
        var files: [String] = []
        var byFile: [String: [Finding]] = [:]
        for finding in findings {
            if byFile[finding.file] == nil { files.append(finding.file) }
            byFile[finding.file, default: []].append(finding)
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<testsuites name=\"assay-labels\" \(counts(findings))>\n"
            + files.map { suite($0, byFile[$0] ?? []) }.joined() + "</testsuites>\n"
    }

    private static func suite(_ file: String, _ findings: [Finding]) -> String {
        "  <testsuite name=\"\(escaped(file))\" \(counts(findings))>\n" + findings.map(testCase).joined()
            + "  </testsuite>\n"
    }

    private static func testCase(_ finding: Finding) -> String {
        let name = "\(finding.code) \(finding.place)"
        let open = "    <testcase classname=\"\(escaped(finding.code))\" name=\"\(escaped(name))\""
        guard isFailure(finding) else { return open + "/>\n" }
        return open
            + ">\n      <failure type=\"\(finding.severity.rawValue)\" message=\"\(escaped(finding.message))\">"
            + "training: \(escaped(finding.effect.text)); fix: \(escaped(finding.fix))</failure>\n    </testcase>\n"
    }

    private static func counts(_ findings: [Finding]) -> String {
        "tests=\"\(findings.count)\" failures=\"\(findings.count(where: isFailure))\""
    }

    private static func isFailure(_ finding: Finding) -> Bool { finding.severity > .note }

    private static func escaped(_ text: String) -> String { XMLText.escaped(text, lineEnds: .shown) }
}
