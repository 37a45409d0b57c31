import Findings
import YOLODataset

/// D001: data.yaml unreadable.
public struct YAMLUnreadable: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D001", name: "data.yaml unreadable", severity: .error,
        what: "data.yaml is missing, is not YAML, or does not describe a dataset. The check ends there, "
            + "with line and column and exit status 2.",
        why: "No trainer starts on it.",
        fix: "correct the text at the line and column given")

    public init() {}

    // Dataset.open reports it: without a data.yaml there is nothing to check.
}
