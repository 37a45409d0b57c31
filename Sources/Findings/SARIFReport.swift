import Foundation
import TextForms

/// Findings as SARIF 2.1.0.
enum SARIFReport {
    /// - Parameter names: of rules by code, for their list.
    static func text(_ findings: [Finding], _ names: [String: String]) -> String {
        let codes = Set(findings.map(\.code)).sorted()
        var json = JSONWriter()
        json.object(.lines) { json in
            json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
            json.member("version", "2.1.0")
            json.array("runs") { json in
                json.object(.lines) { json in
                    json.object("tool") { json in
                        json.object("driver") { json in
                            json.member("name", "assay-labels")
                            json.array("rules") { json in for code in codes { rule(code, names[code], &json) } }
                        }
                    }
                    json.array("results", .lines) { json in for finding in findings { result(finding, &json) } }
                }
            }
        }
        json.endLine()
        return json.text
    }

    private static func rule(_ code: String, _ name: String?, _ json: inout JSONWriter) {
        json.object { json in
            json.member("id", code)
            json.object("shortDescription") { $0.member("text", name ?? code) }
        }
    }

    private static func result(_ finding: Finding, _ json: inout JSONWriter) {
        json.object { json in
            json.member("ruleId", finding.code)
            json.member("level", finding.severity.rawValue)
            json.object("message") { json in
                json.member(
                    "text", "\(finding.message). Training: \(finding.effect.text). Fix: \(finding.fix)")
            }
            json.array("locations") { json in
                json.object { json in json.object("physicalLocation") { location(finding, &$0) } }
            }
        }
    }

    private static func location(_ finding: Finding, _ json: inout JSONWriter) {
        let path = finding.file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? finding.file
        json.object("artifactLocation") { $0.member("uri", path) }
        guard let line = finding.line else { return }
        json.object("region") { json in
            json.member("startLine", line)
            if let column = finding.column { json.member("startColumn", column) }
        }
    }
}
