import CheckedNumbers

/// One node of a YAML document with its place in the text.
public struct YAMLNode: Sendable {
    /// How a scalar was written: only plain scalars are resolved to numbers, booleans and null.
    public enum ScalarStyle: Sendable { case plain, quoted, block }

    /// One key with its value, in the order of the text.
    public struct Entry: Sendable {
        /// Mostly a scalar; YAML allows any node.
        public let key: YAMLNode
        /// A scalar without text where nothing follows the colon.
        public let value: YAMLNode
    }

    /// What the node is. Aliases are resolved: they hold the content of their anchor.
    public enum Content: Sendable {
        case scalar(String, style: ScalarStyle)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    /// 1-based line and column where the node begins.
    public let line: Int
    /// 1-based column where the node begins, in characters.
    public let column: Int
    /// Offsets of the node's first byte and of the byte after its last one.
    public let byteRange: Range<Int>
    /// The text as it is meant, without quotes and escapes, or the nodes inside.
    public let content: Content

    /// The value of `key` in a mapping; the last one where the key is repeated, as loaders do.
    public subscript(key: String) -> YAMLNode? {
        mapping?.last { $0.key.string == key }?.value
    }

    /// The element at `index` of a sequence.
    public subscript(index: Int) -> YAMLNode? {
        guard let sequence, sequence.indices.contains(index) else { return nil }
        return sequence[index]
    }

    /// The elements of a sequence; nil for other nodes.
    public var sequence: [YAMLNode]? {
        if case .sequence(let nodes) = content { nodes } else { nil }
    }

    /// The entries of a mapping in the order of the text, repeated keys included; nil for other nodes.
    public var mapping: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The text of a scalar, whatever it resolves to; nil for null, sequences and mappings.
    public var string: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    /// Whether this is a plain `~`, `null` or nothing at all.
    public var isNull: Bool {
        guard case .scalar(let text, .plain) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The boolean of a plain scalar, by YAML 1.1's words, which are what Python's loaders resolve.
    public var bool: Bool? {
        guard case .scalar(let text, .plain) = content else { return nil }
        switch text {
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return true
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return false
        default: return nil
        }
    }

    /// The whole number of a plain or quoted scalar (`10`, `'10'`, `10.0`).
    public var int: Int? {
        guard case .scalar(let text, _) = content else { return nil }
        if let value = Int(text) { return value }
        // Beyond 2⁵³ a double no longer tells one whole number from the next.
        return Double(text).flatMap { abs($0) < 0x1p53 ? Int(exactly: $0) : nil }
    }

    /// The number of a plain or quoted scalar.
    public var double: Double? {
        guard case .scalar(let text, _) = content else { return nil }
        return Double(text)
    }

    /// Keys of a mapping that were written before in the same mapping: the earlier value is lost silently.
    public var duplicateKeys: [YAMLNode] {
        guard let mapping else { return [] }
        var seen: Set<String> = []
        var repeated: [YAMLNode] = []
        for entry in mapping {
            guard case .scalar(let text, _) = entry.key.content else { continue }
            if !seen.insert(text).inserted { repeated.append(entry.key) }
        }
        return repeated
    }
}
