import Findings
import YOLODataset

/// F002: not UTF-8.
public struct NotUTF8: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "F002", name: "not UTF-8", severity: .error,
        what: "The label file is UTF-16, holds NUL bytes, or is not UTF-8. A byte-order mark before UTF-8 is a note.",
        why: "The trainer cannot read the text and drops the image. Older Ultralytics, YOLOv5 and YOLOv7 drop it for a "
            + "byte-order mark as well.",
        fix: "save the file as UTF-8 (in Windows tools: not Unicode)",
        systematic: "label files are not UTF-8",
        triggering: ["\u{0}0 0.5 0.5 0.2 0.2\n", "\u{FEFF}0 0.5 0.5 0.2 0.2\n"],
        clean: ["0 0.5 0.5 0.2 0.2\n"])

    public init() {}

    public func check(_ file: LabelFileFacts) -> [Finding] {
        guard let problem = file.labels.textProblem else {
            guard file.labels.hasByteOrderMark else { return [] }
            return [
                finding(
                    file.sample.label, severity: .note, message: "the label file begins with a byte-order mark",
                    effect: .kept("read over"))
            ]
        }
        let message: String
        switch problem {
        case .utf16: message = "the label file is UTF-16"
        case .containsNUL(let offset): message = "the label file holds a NUL byte at offset \(offset)"
        case .notUTF8(let offset): message = "the label file is not UTF-8 from offset \(offset) on"
        }
        return [finding(file.sample.label, message: message, effect: .refusedImage)]
    }
}
