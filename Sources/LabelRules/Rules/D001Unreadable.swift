import Findings
import YOLODataset

/// D001: data.yaml unreadable.
public struct YAMLUnreadable: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D001", name: "data.yaml unreadable", severity: .error,
        what: "The trainer's loader refuses data.yaml: it is not YAML, has a second document or a tag of a programming "
            + "language, or a value that it cannot construct.",
        why: "No training starts on it.",
        fix: "correct the text at the line and column given")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] { findings(.text, of: dataset) }
}
