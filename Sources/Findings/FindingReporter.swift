import Foundation

/// How findings are printed.
public enum FindingFormat: String, Sendable, CaseIterable {
    case text, json, jsonl, csv, sarif, github, junit
}

/// Turns findings, in the order given, into one text.
public enum FindingReporter {
    /// - Parameters:
    ///   - colour: ANSI colours, for the text form on a terminal.
    ///   - ruleNames: names by code, for the forms that list rules.
    ///   - row: the text of the row that a finding is about, for the text form.
    public static func render(
        _ findings: [Finding], as format: FindingFormat, colour: Bool = false, ruleNames: [String: String] = [:],
        row: (Finding) -> String? = { _ in nil }
    ) -> String {
        switch format {
        case .text: text(findings, colour, row)
        case .json: "[" + findings.map { "\n  " + json($0) }.joined(separator: ",") + "\n]\n"
        case .jsonl: findings.map { json($0) + "\n" }.joined()
        case .csv: csv(findings)
        case .sarif: sarif(findings, ruleNames)
        case .github: findings.map(github).joined()
        case .junit: junit(findings)
        }
    }

    private static func place(_ finding: Finding) -> String {
        var place = finding.file
        if let line = finding.line {
            place += ":\(line)"
            if let column = finding.column { place += ":\(column)" }
        }
        return place
    }

    private static func text(_ findings: [Finding], _ colour: Bool, _ row: (Finding) -> String?) -> String {
        func paint(_ text: String, _ code: String) -> String { colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
        return findings.map { finding in
            let tint = [Severity.error: "1;31", .warning: "1;33", .note: "36"][finding.severity] ?? "0"
            let verdict = finding.effect.verdict
            let effect =
                paint(verdict.rawValue, verdict == .kept ? "2" : "1")
                + finding.effect.text.dropFirst(verdict.rawValue.count)
            return "\(paint(printable(place(finding)), "1")): \(paint(finding.severity.rawValue, tint)) "
                + "\(finding.code): \(printable(finding.message))\n"
                + (row(finding).map { excerpt($0, finding) { paint($0, tint) } } ?? "")
                + "    training: \(effect)\n    fix: \(finding.fix)\n"
        }.joined()
    }

    /// The row with its line number, and a caret under the column that a finding is about.
    private static func excerpt(_ row: String, _ finding: Finding, _ paint: (String) -> String) -> String {
        // Columns are counted in bytes. Of a long row, what is around the column is shown.
        let bytes = Array(row.utf8)
        let column = min(max(0, (finding.column ?? 1) - 1), bytes.count)
        let start = column > 60 ? column - 40 : 0
        let end = min(bytes.count, start + 100)
        let before = printable(String(decoding: bytes[start..<column], as: UTF8.self))
        let after = printable(String(decoding: bytes[column..<end], as: UTF8.self))
        let width = max(1, bytes[column..<end].prefix { $0 != 32 && $0 != 9 }.count)
        let number = String(finding.line ?? 1)
        let margin = String(repeating: " ", count: number.count)
        let lead = start > 0 ? "…" : ""
        return "    \(number) | \(lead)\(before)\(after)\(end < bytes.count ? "…" : "")\n"
            + "    \(margin) | \(String(repeating: " ", count: lead.count + before.count))"
            + paint(String(repeating: "^", count: min(width, max(1, after.count)))) + "\n"
    }

    /// Without control characters, which a terminal would obey.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }

    private static func json(_ finding: Finding) -> String {
        let line = finding.line.map(String.init) ?? "null"
        let column = finding.column.map(String.init) ?? "null"
        return "{\"code\": \(JSONText.quoted(finding.code)), \"severity\": \"\(finding.severity.rawValue)\", "
            + "\"file\": \(JSONText.quoted(finding.file)), \"line\": \(line), \"column\": \(column), "
            + "\"message\": \(JSONText.quoted(finding.message)), \"effect\": \(JSONText.quoted(finding.effect.text)), "
            + "\"fix\": \(JSONText.quoted(finding.fix)), "
            + "\"verdict\": \(JSONText.quoted(finding.effect.verdict.rawValue))}"
    }

    private static func csv(_ findings: [Finding]) -> String {
        let rows = findings.map { finding in
            [
                finding.code, finding.severity.rawValue, finding.file, finding.line.map(String.init) ?? "",
                finding.column.map(String.init) ?? "", finding.message, finding.effect.text, finding.fix,
                finding.effect.verdict.rawValue,
            ].map(CSVText.field).joined(separator: ",") + "\n"
        }
        return "code,severity,file,line,column,message,effect,fix,verdict\n" + rows.joined()
    }

    private static func github(_ finding: Finding) -> String {
        let level = finding.severity == .note ? "notice" : finding.severity.rawValue
        func escape(_ text: String, _ isProperty: Bool) -> String {
            var out = text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
            if isProperty { out = out.replacing(":", with: "%3A").replacing(",", with: "%2C") }
            return out
        }
        var properties = "file=\(escape(finding.file, true))"
        if let line = finding.line { properties += ",line=\(line)" }
        if let column = finding.column { properties += ",col=\(column)" }
        return "::\(level) \(properties),title=\(finding.code)::"
            + escape("\(finding.message); training: \(finding.effect.text); fix: \(finding.fix)", false) + "\n"
    }

    /// A test case a finding, below a suite a file; notes are passed tests.
    private static func junit(_ findings: [Finding]) -> String {
        func escape(_ text: String) -> String {
            var out = ""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "&": out += "&amp;"
                case "<": out += "&lt;"
                case ">": out += "&gt;"
                case "\"": out += "&quot;"
                // XML 1.0 has no place for control characters.
                case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": out += " "
                default: out.unicodeScalars.append(scalar)
                }
            }
            return out
        }
        var files: [String] = []
        var byFile: [String: [Finding]] = [:]
        for finding in findings {
            if byFile[finding.file] == nil { files.append(finding.file) }
            byFile[finding.file, default: []].append(finding)
        }
        let suites = files.map { file -> String in
            let own = byFile[file] ?? []
            let cases = own.map { finding -> String in
                let name = "\(finding.code) \(place(finding))"
                let open = "    <testcase classname=\"\(escape(finding.code))\" name=\"\(escape(name))\""
                guard finding.severity > .note else { return open + "/>\n" }
                return open
                    + ">\n      <failure type=\"\(finding.severity.rawValue)\" message=\"\(escape(finding.message))\">"
                    + "training: \(escape(finding.effect.text)); fix: \(escape(finding.fix))</failure>\n    </testcase>\n"
            }
            let failures = own.count { $0.severity > .note }
            return "  <testsuite name=\"\(escape(file))\" tests=\"\(own.count)\" failures=\"\(failures)\">\n"
                + cases.joined() + "  </testsuite>\n"
        }
        let failures = findings.count { $0.severity > .note }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<testsuites name=\"assay-labels\" tests=\"\(findings.count)\" failures=\"\(failures)\">\n"
            + suites.joined() + "</testsuites>\n"
    }

    private static func sarif(_ findings: [Finding], _ names: [String: String]) -> String {
        let codes = Set(findings.map(\.code)).sorted()
        let rules = codes.map { code in
            "{\"id\": \(JSONText.quoted(code)), \"shortDescription\": {\"text\": \(JSONText.quoted(names[code] ?? code))}}"
        }
        let results = findings.map { finding in
            var region = ""
            if let line = finding.line {
                region = ", \"region\": {\"startLine\": \(line)"
                if let column = finding.column { region += ", \"startColumn\": \(column)" }
                region += "}"
            }
            let path = finding.file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? finding.file
            return "{\"ruleId\": \(JSONText.quoted(finding.code)), \"level\": \"\(finding.severity.rawValue)\", "
                + "\"message\": {\"text\": \(JSONText.quoted("\(finding.message). Training: \(finding.effect.text). Fix: \(finding.fix)"))}, "
                + "\"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \(JSONText.quoted(path))}\(region)}}]}"
        }
        return """
            {
              "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
              "version": "2.1.0",
              "runs": [{
                "tool": {"driver": {"name": "assay-labels", "rules": [\(rules.joined(separator: ", "))]}},
                "results": [
                  \(results.joined(separator: ",\n      "))
                ]
              }]
            }

            """
    }
}

/// Text and numbers in JSON.
public enum JSONText {
    public static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..."\u{1F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// A number that reads back exactly; null where it is not finite.
    public static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    }
}

/// Fields of comma-separated values (RFC 4180).
public enum CSVText {
    public static func field(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    /// What `field` made of a text, turned back.
    public static func plain(_ field: String) -> String {
        guard field.count >= 2, field.hasPrefix("\""), field.hasSuffix("\"") else { return field }
        return String(field.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }
}
