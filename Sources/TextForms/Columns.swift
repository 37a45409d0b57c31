/// Columns of text for a terminal. Widths are counted in characters.
public enum Columns {
    /// `text` with blanks after it up to `width`, and one at least.
    public static func left(_ text: String, _ width: Int) -> String { text + blanks(width, text) }

    /// `text` with blanks before it up to `width`, and one at least.
    public static func right(_ text: String, _ width: Int) -> String { blanks(width, text) + text }

    /// Lines with every column as wide as its widest cell, two blanks between columns, none after the last cell of a row.
    public static func aligned(_ rows: [[String]]) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { $0 == row.count - 1 ? $1 : left($1, widths[$0] + 2) }.joined()
        }
    }

    private static func blanks(_ width: Int, _ text: String) -> String {
        String(repeating: " ", count: max(1, width - text.count))
    }
}
