import Findings
import YOLODataset

/// B006: duplicate row.
public struct DuplicateRow: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B006", name: "duplicate row", severity: .warning,
        what: "The same numbers stand in an earlier row of the file.",
        why: "Ultralytics and YOLOv5 remove exact duplicates and go on; YOLOv7 drops the image. "
            + "Duplicates often mean that an export ran twice.",
        fix: "delete the row",
        triggering: ["0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.repeats { $0.equals($1) }.map { copy in
            finding(
                file, copy.row, message: "the same row as line \(copy.first.line)",
                effect: .altered("the trainer removes the second copy"))
        }
    }
}
