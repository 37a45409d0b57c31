import FileReading

/// Reads YAML as programs in Python do that call PyYAML's safe loader: one document, no tags of its own, and nothing that
/// its constructors fail on.
public struct PythonYAML: Sendable {
    /// Which bytes are left out before the text is read.
    public struct Leniency: Sendable, Hashable {
        /// Bytes that are not UTF-8 are left out; else they are an error.
        public let dropsBadBytes: Bool
        /// Control characters are left out; else they are an error.
        public let dropsControls: Bool

        /// Tabs between tokens are read over; else they are an error, as for the loader written in Python itself.
        public let allowsTabs: Bool

        /// What no loader minds.
        public static let all = Leniency(dropsBadBytes: true, dropsControls: true, allowsTabs: true)

        /// Each of the three by itself.
        public init(dropsBadBytes: Bool, dropsControls: Bool, allowsTabs: Bool) {
            self.dropsBadBytes = dropsBadBytes
            self.dropsControls = dropsControls
            self.allowsTabs = allowsTabs
        }
    }

    /// The document's node; nil where there is none, or nothing in it.
    ///
    /// - Throws: `FileError` with line and column where Python's loader raises an error.
    public static func load(_ bytes: [UInt8], file: String, leniency: Leniency) throws -> YAMLNode? {
        let text = try plain(bytes, file: file, leniency: leniency)
        if !leniency.allowsTabs { try PythonTabs.check(text, file: file) }
        guard let root = try YAMLDocument.parseOnly(text, file: file).root else { return nil }
        var check = PythonCheck(file: file)
        try check.visit(root)
        return root.isNull && root.tag == nil ? nil : root
    }

    /// UTF-8 that libyaml takes whole, with LF at the ends of lines.
    private static func plain(_ bytes: [UInt8], file: String, leniency: Leniency) throws -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var parser = Unicode.UTF8.ForwardParser()
        var input = bytes.makeIterator()
        var wasReturn = false
        var line = 1
        while true {
            switch parser.parseScalar(from: &input) {
            case .valid(let scalar):
                let value = Unicode.UTF8.decode(scalar).value
                defer { wasReturn = value == 13 }
                if value == 10 && wasReturn { continue }
                if value == 10 || value == 13 {
                    line += 1
                    kept.append(10)
                } else if isPrintable(value) {
                    kept.append(contentsOf: scalar)
                } else if !leniency.dropsControls {
                    throw FileError(
                        file: file, line: line, message: "a control character is refused",
                        wayOut: "delete it, or save the file anew in a plain editor")
                }
            case .error:
                wasReturn = false
                guard leniency.dropsBadBytes else {
                    throw FileError(
                        file: file, line: line, message: "is not UTF-8", wayOut: "save it as UTF-8 in a plain editor")
                }
            case .emptyInput: return kept
            }
        }
    }

    private static func isPrintable(_ value: UInt32) -> Bool {
        switch value {
        case 9, 10, 13, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}

/// Finds what PyYAML's constructors raise an error for.
private struct PythonCheck {
    let file: String
    private var visited = 0
    private static let mostNodes = 2_000_000

    init(file: String) { self.file = file }

    private static let prefix = "tag:yaml.org,2002:"

    mutating func visit(_ node: YAMLNode) throws {
        visited += 1
        guard visited <= Self.mostNodes else { throw error(node, "is too large") }
        let tag = node.tag.map { $0.hasPrefix(Self.prefix) ? String($0.dropFirst(Self.prefix.count)) : $0 }
        switch node.content {
        case .scalar(let text, let style): try checkScalar(node, tag, text, style)
        case .sequence(let nodes):
            guard [nil, "!", "seq", "omap", "pairs"].contains(tag) else { throw unknownTag(node, tag) }
            if tag == "omap" || tag == "pairs" {
                guard nodes.allSatisfy({ $0.mapping?.count == 1 }) else { throw error(node, "is no list of pairs") }
            }
            for inner in nodes { try visit(inner) }
        case .mapping(let entries):
            guard [nil, "!", "map", "set"].contains(tag) else { throw unknownTag(node, tag) }
            for entry in entries {
                if entry.key.isMerge {
                    let merged = entry.value.sequence ?? [entry.value]
                    guard merged.allSatisfy({ $0.mapping != nil }) else {
                        throw error(entry.value, "<< merges mappings only")
                    }
                } else if case .scalar = entry.key.content {
                    try visit(entry.key)
                } else {
                    throw error(entry.key, "a list or a mapping cannot be a key")
                }
                try visit(entry.value)
            }
        }
    }

    private func checkScalar(_ node: YAMLNode, _ tag: String?, _ text: String, _ style: YAMLNode.ScalarStyle) throws {
        let scalar = PythonScalar(text)
        let fits: Bool
        switch tag {
        case nil: fits = style != .plain || !scalar.isImpossible
        case "!", "str", "null": fits = true
        case "binary": fits = text.utf8.allSatisfy { $0 < 0x80 }
        case "bool": fits = ["yes", "no", "true", "false", "on", "off"].contains(text.lowercased())
        case "int":
            if case .int = scalar.value { fits = true } else { fits = Int(text) != nil }
        case "float": fits = Double(text) != nil || scalar.value.typeName == "a number"
        case "timestamp":
            if case .timestamp = scalar.value { fits = !scalar.isImpossible } else { fits = false }
        default: throw unknownTag(node, tag)
        }
        guard fits else { throw error(node, "“\(text)” is read as a value that it cannot be") }
    }

    private func unknownTag(_ node: YAMLNode, _ tag: String?) -> FileError {
        error(node, "no trainer constructs the tag \(tag ?? "")")
    }

    private func error(_ node: YAMLNode, _ message: String) -> FileError {
        FileError(
            file: file, line: node.line, column: node.column, message: "not valid YAML for Python: \(message)",
            wayOut: "correct it there, or put the text in quotes")
    }
}
