import Findings
import YAMLText
import YOLODataset

/// D012: name that YAML reads as a value.
public struct NameReadAsValue: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D012", name: "name that YAML reads as a value", severity: .warning,
        what: "A class name is written without quotes and reads as a boolean, a number or nothing in "
            + "YAML.",
        why: "Trainers load yes and no as True and False, and 007 as 7: the class has another name "
            + "than it seems to have.",
        fix: "put the name in quotes")

    public init() {}

    private static let booleans: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"]

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        guard let names = try? YAMLDocument.read(dataset.yamlPath).root?["names"] else { return [] }
        let nodes = names.sequence ?? names.mapping?.map(\.value) ?? []
        return nodes.compactMap { node in
            guard case .scalar(let text, style: .plain) = node.content,
                Self.booleans.contains(text.lowercased()) || text.isEmpty || Double(text) != nil
            else { return nil }
            return finding(
                dataset.relative(dataset.yamlPath), line: node.line, column: node.column,
                message: "the class name \(text.isEmpty ? "(nothing)" : text) is read as a value, not as a text",
                effect: .altered("the trainer shows another name"))
        }
    }
}
