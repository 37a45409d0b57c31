import Findings
import YAMLText
import YOLODataset

/// D010: key written twice.
public struct DuplicateKey: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D010", name: "key written twice", severity: .warning,
        what: "A key stands twice in data.yaml.",
        why: "Loaders take the last one without a word: the first is what people see.",
        fix: "delete one of the two")

    public init() {}

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        guard let root = try? YAMLDocument.read(dataset.yamlPath).root else { return [] }
        return root.duplicateKeys.map { key in
            finding(
                dataset.relative(dataset.yamlPath), line: key.line, column: key.column,
                message: "\(key.string ?? "a key") stands here a second time",
                effect: .readWrong("only the last one counts"))
        }
    }
}
