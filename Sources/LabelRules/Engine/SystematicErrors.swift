import Findings
import TextForms

/// An error that most label files have is one error, of the tool that wrote them.
enum SystematicErrors {
    /// From this many files on.
    static let leastFiles = 10
    /// From this share of the label files on.
    static let leastShare = 0.5

    /// From this many files on, whatever the share.
    static let manyFiles = 1000

    /// - Parameters:
    ///   - labelFiles: of the dataset.
    ///   - images: of the dataset; the share of findings about images is of them.
    static func condense(_ findings: [Finding], labelFiles: Int, images: Int) -> [Finding] {
        let meanings = RuleRegistry.systematicMeanings
        var byCode: [String: (rows: Int, files: Set<String>, first: Finding)] = [:]
        for finding in findings where meanings[finding.code] != nil {
            byCode[finding.code, default: (0, [], finding)].rows += 1
            byCode[finding.code]?.files.insert(finding.file)
        }
        func total(_ code: String) -> Int { isOfImages(code) ? images : labelFiles }
        let systematic = byCode.filter { code, entry in
            let files = entry.files.count
            return files >= leastFiles && Double(files) >= leastShare * Double(total(code))
                || isOfImages(code) && files >= manyFiles
        }
        guard !systematic.isEmpty else { return findings }
        let kept = findings.filter { systematic[$0.code] == nil }
        return kept
            + systematic.sorted { $0.key < $1.key }.map { code, entry in
                let worst = findings.lazy.filter { $0.code == code }.max { $0.severity < $1.severity } ?? entry.first
                let files = isOfImages(code) ? "images" : "label files"
                return Finding(
                    code: code, severity: worst.severity, file: entry.first.file, line: entry.first.line,
                    column: entry.first.column,
                    message: "\(meanings[code] ?? ""), in \(entry.files.count) of \(total(code)) \(files) "
                        + "(\(Counted.text(entry.rows, "finding")), reported once); here: \(entry.first.message)",
                    effect: worst.effect,
                    fix: isOfImages(code) ? worst.fix : "one error of the tool that wrote the labels: " + worst.fix)
            }
    }

    /// Findings about images, with or without labels.
    private static func isOfImages(_ code: String) -> Bool { code.hasPrefix("I") || code.hasPrefix("P") }
}
