import Findings
import YOLODataset

/// F009: line ends.
public struct LineEnds: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F009", name: "line ends", severity: .note,
        what: "Lines end with CRLF or CR, or the last line has no end.",
        why: "Trainers take all of them. Other tools do not: darknet and shell scripts lose the last row, or read a "
            + "carriage return as part of a number.",
        fix: "end each line with a line feed",
        systematic: "lines end with CRLF, or the last one does not end",
        triggering: ["0 0.5 0.5 0.2 0.2\r\n", "0 0.5 0.5 0.2 0.2"],
        clean: ["0 0.5 0.5 0.2 0.2\n", ""])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard !file.labels.rows.isEmpty, file.labels.textProblem == nil else { return [] }
        let layout = file.labels.layout
        guard layout.hasCarriageReturns || !layout.endsWithLineFeed else { return [] }
        return [
            finding(
                file.sample.label,
                message: layout.hasCarriageReturns ? "lines end with a carriage return" : "the last line has no end",
                effect: .kept("read as it is meant"))
        ]
    }
}
