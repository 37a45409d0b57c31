/// Text in Markdown that is shown as it is: a code span, in which nothing is a link, a mention, an entity or HTML.
public enum CodeSpan {
    /// `text` in backticks, more of them than it holds in a row.
    ///
    /// - Parameter inTable: a bar ends a cell even in a code span, unless a backslash stands before it.
    public static func of(_ text: String, inTable: Bool = false) -> String {
        let shown = TerminalText.shown(text)
        let body = inTable ? shown.replacing("|", with: "\\|") : shown
        var longest = 0
        var run = 0
        for byte in body.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        // A blank on both sides is taken away again.
        let isPadded = body.isEmpty || body.hasPrefix("`") || body.hasSuffix("`") || body.hasPrefix(" ")
        return isPadded ? "\(fence) \(body) \(fence)" : fence + body + fence
    }
}
