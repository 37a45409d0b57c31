import CYAML
import FileReading

/// A YAML text read into nodes that know their line and column.
public struct YAMLDocument: Sendable {
    /// The name used in errors.
    public let file: String
    /// Nil when the text holds no document (nothing but blanks and comments).
    public let root: YAMLNode?

    /// Reads the first document of `text`.
    ///
    /// - Throws: `FileError` with line and column where the text is not YAML, or is nested or aliased beyond all reason.
    public static func parse(_ text: [UInt8], file: String) throws -> YAMLDocument {
        var reader = EventReader(file: file, size: text.count)
        return YAMLDocument(file: file, root: try reader.read(text))
    }

    /// Reads a file.
    public static func read(_ path: String) throws -> YAMLDocument {
        try parse(FileReading.bytes(ofFile: path, limit: 64 << 20), file: path)
    }
}

/// Composes nodes from libyaml's events.
private struct EventReader {
    let file: String
    var anchors: [String: YAMLNode] = [:]
    private let budget: ReadingBudget
    /// A node, and its place in what holds it.
    private static let bytesForEachNode = 2 * MemoryLayout<YAMLNode>.stride + 32

    init(file: String, size: Int) {
        self.file = file
        budget = ReadingBudget(file: file, size: size, wayOut: "simplify the file by hand")
    }

    mutating func read(_ text: [UInt8]) throws -> YAMLNode? {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else {
            throw FileError(file: file, message: "no memory to read YAML", wayOut: "free some memory and try again")
        }
        defer { yaml_parser_delete(&parser) }
        return try text.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
            while true {
                let event = try next(&parser)
                switch event.kind {
                case YAML_DOCUMENT_START_EVENT:
                    return try node(try next(&parser), &parser, depth: 0)
                case YAML_STREAM_END_EVENT:
                    return nil
                default:
                    continue
                }
            }
        }
    }

    /// What is kept of a libyaml event after the event itself is freed.
    struct Event {
        var kind: yaml_event_type_t
        var text = ""
        var anchor: String?
        var style = YAMLNode.ScalarStyle.plain
        var line = 1
        var column = 1
        var range = 0..<0
    }

    mutating func next(_ parser: inout yaml_parser_t) throws -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { throw parseError(parser) }
        defer { yaml_event_delete(&event) }
        let start = Int(event.start_mark.index)
        var kept = Event(kind: event.type)
        kept.line = Int(event.start_mark.line) + 1
        kept.column = Int(event.start_mark.column) + 1
        kept.range = start..<max(start, Int(event.end_mark.index))
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            kept.text = String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length)), as: UTF8.self)
            kept.anchor = scalar.anchor.map { String(cString: $0) }
            switch scalar.style {
            case YAML_PLAIN_SCALAR_STYLE: kept.style = .plain
            case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: kept.style = .block
            default: kept.style = .quoted
            }
        case YAML_SEQUENCE_START_EVENT:
            kept.anchor = event.data.sequence_start.anchor.map { String(cString: $0) }
        case YAML_MAPPING_START_EVENT:
            kept.anchor = event.data.mapping_start.anchor.map { String(cString: $0) }
        case YAML_ALIAS_EVENT:
            kept.anchor = event.data.alias.anchor.map { String(cString: $0) }
        default: break
        }
        return kept
    }

    mutating func node(_ event: Event, _ parser: inout yaml_parser_t, depth: Int) throws -> YAMLNode {
        try spend(event) { budget in
            try budget.nest(depth)
            try budget.visit()
            try budget.make(bytes: Self.bytesForEachNode)
        }
        let made: YAMLNode
        switch event.kind {
        case YAML_SCALAR_EVENT:
            made = YAMLNode(
                line: event.line, column: event.column, byteRange: event.range,
                content: .scalar(event.text, style: event.style))
        case YAML_SEQUENCE_START_EVENT:
            var elements: [YAMLNode] = []
            var end = event.range.upperBound
            while true {
                let inner = try next(&parser)
                end = max(end, inner.range.upperBound)
                if inner.kind == YAML_SEQUENCE_END_EVENT { break }
                elements.append(try node(inner, &parser, depth: depth + 1))
            }
            made = YAMLNode(
                line: event.line, column: event.column, byteRange: event.range.lowerBound..<end,
                content: .sequence(elements))
        case YAML_MAPPING_START_EVENT:
            var entries: [YAMLNode.Entry] = []
            var end = event.range.upperBound
            while true {
                let keyEvent = try next(&parser)
                end = max(end, keyEvent.range.upperBound)
                if keyEvent.kind == YAML_MAPPING_END_EVENT { break }
                let key = try node(keyEvent, &parser, depth: depth + 1)
                let value = try node(try next(&parser), &parser, depth: depth + 1)
                entries.append(YAMLNode.Entry(key: key, value: value))
            }
            made = YAMLNode(
                line: event.line, column: event.column, byteRange: event.range.lowerBound..<end,
                content: .mapping(entries))
        case YAML_ALIAS_EVENT:
            guard let name = event.anchor, let target = anchors[name] else {
                throw error(event, "the alias *\(event.anchor ?? "") names no anchor before it")
            }
            // The nodes are there already; whoever walks over them meets them again.
            try spend(event) { try $0.visit(size(target)) }
            return target
        default:
            throw error(event, "unexpected end of the document")
        }
        if let anchor = event.anchor { anchors[anchor] = made }
        return made
    }

    private func spend(_ event: Event, _ body: (ReadingBudget) throws -> Void) throws {
        do {
            try body(budget)
        } catch var error as FileError {
            (error.line, error.column) = (event.line, event.column)
            throw error
        }
    }

    private func size(_ node: YAMLNode) -> Int {
        switch node.content {
        case .scalar: 1
        case .sequence(let nodes): nodes.reduce(1) { $0 + size($1) }
        case .mapping(let entries): entries.reduce(1) { $0 + size($1.key) + size($1.value) }
        }
    }

    private func error(_ event: Event, _ message: String) -> FileError {
        FileError(
            file: file, line: event.line, column: event.column, message: message,
            wayOut: "simplify the file by hand")
    }

    private func parseError(_ parser: yaml_parser_t) -> FileError {
        let problem = parser.problem.map { String(cString: $0) } ?? "not YAML"
        let context = parser.context.map { " (\(String(cString: $0)))" } ?? ""
        var line = Int(parser.problem_mark.line) + 1
        let column = Int(parser.problem_mark.column) + 1
        if parser.error == YAML_READER_ERROR { line = 1 }
        return FileError(
            file: file, line: line, column: column, message: "not valid YAML: \(problem)\(context)",
            wayOut: "correct the text there; indentation must be blanks, and text with a colon needs quotes")
    }
}
