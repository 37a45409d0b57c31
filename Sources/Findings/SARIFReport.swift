import TextForms

/// Findings as SARIF 2.1.0.
enum SARIFReport {
    static func text(_ findings: [Finding], _ tool: FindingTool) -> String {
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
                            if !tool.version.isEmpty {
                                json.member("version", tool.version)
                                json.member("semanticVersion", tool.version)
                            }
                            json.array("rules", .lines) { json in
                                for code in codes { rule(code, tool.rules[code], &json) }
                            }
                        }
                    }
                    if let base = tool.base {
                        json.object("originalUriBaseIds") { json in
                            json.object(base.name) { json in
                                json.member("uri", "file://" + PercentText.url(path: base.folder + "/"))
                            }
                        }
                    }
                    json.array("results", .lines) { json in
                        for finding in findings { result(finding, tool.base?.name, &json) }
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }

    private static func rule(_ code: String, _ rule: FindingTool.Rule?, _ json: inout JSONWriter) {
        json.object { json in
            json.member("id", code)
            json.object("shortDescription") { $0.member("text", rule?.name ?? code) }
            guard let rule else { return }
            json.object("help") { json in
                json.member("text", rule.help)
                json.member("markdown", rule.help)
            }
            // Where the pages of this build are published nowhere, a name stands for it; `assay-labels explain` shows it.
            json.member("helpUri", rule.address ?? "urn:assay:rule:\(code)")
        }
    }

    private static func result(_ finding: Finding, _ base: String?, _ json: inout JSONWriter) {
        json.object { json in
            json.member("ruleId", finding.code)
            json.member("level", finding.severity.rawValue)
            json.object("message") { json in
                json.member(
                    "text", "\(finding.message). Training: \(finding.effect.text). Fix: \(finding.fix)")
            }
            json.array("locations") { json in
                json.object { json in json.object("physicalLocation") { location(finding, base, &$0) } }
            }
        }
    }

    private static func location(_ finding: Finding, _ base: String?, _ json: inout JSONWriter) {
        json.object("artifactLocation") { json in
            json.member("uri", PercentText.url(path: finding.file))
            if let base, !finding.file.hasPrefix("/") { json.member("uriBaseId", base) }
        }
        guard let line = finding.line else { return }
        json.object("region") { json in
            json.member("startLine", line)
            if let column = finding.column { json.member("startColumn", column) }
        }
    }
}
