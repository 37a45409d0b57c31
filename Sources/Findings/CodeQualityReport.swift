import FileReading
import TextForms

/// Findings as GitLab's code quality report: the part of Code Climate's form that GitLab reads.
///
/// A finding is known by its fingerprint: of file, rule and row (without a row, the message), so that it stays the same where
/// lines above it come and go. GitLab drops what has the fingerprint of another one: a number tells equal ones apart.
enum CodeQualityReport {
    static func text(_ findings: [Finding], row: (Finding) -> String?) -> String {
        var seen: [String: Int] = [:]
        var json = JSONWriter()
        json.array(.lines) { json in
            for finding in findings {
                var digest = DigestBuilder()
                for field in [finding.file, finding.code, row(finding) ?? finding.message] {
                    digest.update(field: field)
                }
                let key = digest.finish().hex
                let number = seen[key, default: 0]
                seen[key] = number + 1
                write(finding, number == 0 ? key : ContentDigest.of("\(key) \(number)").hex, &json)
            }
        }
        json.endLine()
        return json.text
    }

    private static func write(_ finding: Finding, _ fingerprint: String, _ json: inout JSONWriter) {
        json.object { json in
            json.member(
                "description", "\(finding.message). Training: \(finding.effect.text). Fix: \(finding.fix)")
            json.member("check_name", finding.code)
            json.member("fingerprint", fingerprint)
            json.member("severity", severity(finding))
            json.object("location") { json in
                json.member("path", finding.file)
                // A report without a line is refused: what is about a whole file stands at its beginning.
                json.object("lines") { $0.member("begin", finding.line ?? 1) }
            }
        }
    }

    /// What stops training blocks.
    private static func severity(_ finding: Finding) -> String {
        switch finding.severity {
        case _ where finding.effect.verdict == .stops: "blocker"
        case .error: "major"
        case .warning: "minor"
        case .note: "info"
        }
    }
}
