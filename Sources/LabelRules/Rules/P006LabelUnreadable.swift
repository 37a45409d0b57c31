import Findings
import YOLODataset

/// P006: label file unreadable.
public struct LabelUnreadable: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "P006", name: "label file unreadable", severity: .error,
        what:
            "A label file is there but cannot be read: permissions, a folder or a pipe of that name, a dangling link, or a "
            + "size beyond all reason.",
        why: "The trainer drops the image, or takes it for background.",
        fix: "make it a readable file, or remove it")

    public init() {}

    public func check(_ file: UnreadableLabelFacts) -> [Finding] {
        [
            finding(
                file.sample.label, message: "the label file cannot be read: \(file.reason)",
                effect: file.isRegularFile
                    ? .refusedImage : .readWrong("what is no regular file counts as missing: the image is background"))
        ]
    }
}
