import CYAML
import FileReading

/// Tabs between tokens: the loader written in Python refuses them, libyaml reads over them.
enum PythonTabs {
    /// - Throws: `FileError` where a tab stands where a token could begin. A text that is not YAML passes.
    static func check(_ text: [UInt8], file: String) throws {
        guard text.contains(9) else { return }
        let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { return }
        defer { yaml_parser_delete(&parser) }
        try text.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
            var end = 0
            var isLast = false
            while !isLast {
                var token = yaml_token_t()
                guard yaml_parser_scan(&parser, &token) == 1 else { return }
                let start = min(Int(token.start_mark.index), scalars.count)
                if start > end, let tab = tab(in: scalars[end..<start]) { throw error(scalars, tab, file) }
                end = max(end, min(Int(token.end_mark.index), scalars.count))
                isLast = token.type == YAML_STREAM_END_TOKEN
                yaml_token_delete(&token)
            }
        }
    }

    /// The place of a tab that is in no comment.
    private static func tab(in gap: ArraySlice<Unicode.Scalar>) -> Int? {
        var isComment = false
        for (index, scalar) in zip(gap.indices, gap) {
            switch scalar {
            case "\n": isComment = false
            case "#": isComment = true
            case "\t" where !isComment: return index
            default: break
            }
        }
        return nil
    }

    private static func error(_ scalars: [Unicode.Scalar], _ tab: Int, _ file: String) -> FileError {
        let before = scalars[..<tab]
        let lineStart = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
        return FileError(
            file: file, line: before.count { $0 == "\n" } + 1, column: tab - lineStart + 1,
            message: "not valid YAML for Python: a tab", wayOut: "write blanks instead of tabs")
    }
}
