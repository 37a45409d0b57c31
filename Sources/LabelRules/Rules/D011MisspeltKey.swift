import Findings
import YAMLText
import YOLODataset

/// D011: misspelt key.
public struct MisspeltKey: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "D011", name: "misspelt key", severity: .warning,
        what: "A key of data.yaml is unknown and differs by a letter or two from one that is missing.",
        why: "Loaders ignore unknown keys: what it says has no effect.",
        fix: "correct the key")

    public init() {}

    private static let known = ["path", "train", "val", "test", "nc", "names", "kpt_shape", "flip_idx", "download"]

    public func check(_ dataset: Dataset, _ listing: SampleListing) -> [Finding] {
        guard let entries = try? YAMLDocument.read(dataset.yamlPath).root?.mapping else { return [] }
        let present = Set(entries.compactMap(\.key.string))
        return entries.compactMap { entry in
            guard let key = entry.key.string, key.count > 2, !Self.known.contains(key), key != "validation",
                let meant = Self.known.first(where: {
                    !present.contains($0) && $0.count > 2 && KeyDistance.isNear(key, $0)
                })
            else { return nil }
            return finding(
                dataset.relative(dataset.yamlPath), line: entry.key.line, column: entry.key.column,
                message: "“\(key)” is unknown; “\(meant)” is missing", effect: .dropped("loaders do not know the key"))
        }
    }
}
