import Findings
import YOLODataset

/// An error that most label files have is one error, of the tool that wrote them.
enum SystematicErrors {
    /// From this many files on.
    static let leastFiles = 10
    /// From this share of the label files on.
    static let leastShare = 0.5

    /// What each such error means for the dataset as a whole.
    private static let meanings: [String: String] = [
        "B001": "class ids are not below nc", "B004": "coordinates are pixels, not fractions",
        "B012": "boxes are corners x1 y1 x2 y2, not centre and size", "F002": "label files are not UTF-8",
        "F003": "rows do not parse", "F004": "rows have another number of columns",
        "F006": "boxes and polygons are mixed", "F007": "numbers hold commas or other separators",
        "F008": "rows have a sixth column", "F009": "lines end with CRLF, or the last one does not end",
        "F011": "blank rows stand between rows", "F012": "the trainer refuses the rows",
        "B005": "boxes have no area", "B010": "boxes cover the whole image", "B003": "boxes reach outside the image",
        "B013": "boxes lie outside the image",
    ]

    /// - Parameter labelFiles: of the dataset.
    static func condense(_ findings: [Finding], labelFiles: Int, dataset: Dataset) -> [Finding] {
        var byCode: [String: (rows: Int, files: Set<String>, first: Finding)] = [:]
        for finding in findings where meanings[finding.code] != nil {
            byCode[finding.code, default: (0, [], finding)].rows += 1
            byCode[finding.code]?.files.insert(finding.file)
        }
        let systematic = byCode.filter {
            $0.value.files.count >= leastFiles && Double($0.value.files.count) >= leastShare * Double(labelFiles)
        }
        guard !systematic.isEmpty else { return findings }
        let kept = findings.filter { systematic[$0.code] == nil }
        return kept
            + systematic.sorted { $0.key < $1.key }.map { code, entry in
                let worst = findings.lazy.filter { $0.code == code }.max { $0.severity < $1.severity } ?? entry.first
                return Finding(
                    code: code, severity: worst.severity, file: entry.first.file, line: entry.first.line,
                    column: entry.first.column,
                    message: "\(meanings[code] ?? ""), in \(entry.files.count) of \(labelFiles) label files "
                        + "(\(entry.rows) findings, reported once); here: \(entry.first.message)",
                    effect: worst.effect, fix: "one error of the tool that wrote the labels: " + worst.fix)
            }
    }
}
