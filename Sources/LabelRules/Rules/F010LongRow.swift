import Findings
import TextForms
import YOLODataset

/// F010: very long row.
public struct LongRow: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F010", name: "very long row", severity: .warning,
        what: "A file holds more than 65,536 bytes for each of its rows, or a row has more than 10,000 columns.",
        why: "No object has such an outline: often rows ran together because line ends were lost, or the file is none "
            + "of labels at all.",
        fix: "look at the file; write one row for each object",
        triggering: ["0" + String(repeating: " 0.5 0.5", count: 6_000) + "\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n"])

    static let longestRow = RuleThreshold(
        name: "longest_row", default: 65_536, range: 64...67_108_864, unit: "bytes",
        help: "A file may hold this many bytes for each of its rows.")
    public static let thresholds = [longestRow]

    public init() {}

    private static let mostColumns = 10_000

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard file.byteCount > 20_000 else { return [] }
        if let row = file.labels.rows.first(where: { $0.fields > Self.mostColumns }) {
            return [
                finding(
                    file, row, message: "a row of \(Counted.text(row.fields, "column"))",
                    effect: .kept("read as one outline"))
            ]
        }
        let mean = file.byteCount / max(1, file.labels.rows.count)
        guard Double(mean) > file.thresholds[Self.longestRow] else { return [] }
        return [
            finding(
                file.sample.label,
                message: "\(Counted.text(file.byteCount, "byte")) for \(Counted.text(file.labels.rows.count, "row"))",
                effect: .kept("read as it stands"))
        ]
    }
}
