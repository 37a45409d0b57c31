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
                    !present.contains($0) && $0.count > 2 && Self.distance(key.lowercased(), $0) <= 1
                })
            else { return nil }
            return finding(
                dataset.relative(dataset.yamlPath), line: entry.key.line, column: entry.key.column,
                message: "“\(key)” is unknown; “\(meant)” is missing", effect: .dropped("loaders do not know the key"))
        }
    }

    /// Letters to insert, delete or replace; two that changed places count as one.
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        if a.count == b.count {
            let different = a.indices.filter { a[$0] != b[$0] }
            if different.count == 2, different[1] == different[0] + 1, a[different[0]] == b[different[1]],
                a[different[1]] == b[different[0]]
            {
                return 1
            }
        }
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                (diagonal, row[j + 1]) = (
                    row[j + 1], min(row[j + 1] + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
                )
            }
        }
        return row[b.count]
    }
}
