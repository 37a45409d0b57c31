/// A mapping as Python has it: the keys that are texts, merged mappings included, the last of repeated ones.
public struct YAMLTable: Sendable {
    private var values: [String: YAMLNode] = [:]
    private var keyNodes: [String: YAMLNode] = [:]

    /// Nil where the node is no mapping.
    public init?(_ node: YAMLNode) {
        guard let entries = node.mapping else { return nil }
        for entry in entries where entry.key.isMerge {
            for merged in entry.value.sequence ?? [entry.value] {
                guard let table = YAMLTable(merged) else { continue }
                // Of several merged mappings the first counts.
                values.merge(table.values) { first, _ in first }
                keyNodes.merge(table.keyNodes) { first, _ in first }
            }
        }
        for entry in entries where !entry.key.isMerge {
            guard let key = entry.key.pythonText else { continue }
            values[key] = entry.value
            keyNodes[key] = entry.key
        }
    }

    /// The value of a key; a scalar without text where nothing follows the colon.
    public subscript(key: String) -> YAMLNode? { values[key] }

    /// Where a key stands.
    public func key(_ name: String) -> YAMLNode? { keyNodes[name] }

    /// All keys, sorted.
    public var keys: [String] { values.keys.sorted() }
}

extension YAMLNode {
    /// Whether this key is a plain `<<`.
    public var isMerge: Bool {
        if case .scalar("<<", .plain) = content { tag == nil } else { false }
    }
}
