import Geometry
import TextForms
import YOLODataset

/// What can be done about the rows of one file.
///
/// Safe fixes change nothing that training could have learned from; the others guess what was meant.
enum RowFix {
    /// What becomes of a row.
    struct Change: Hashable {
        /// From 0, among the rows of the file.
        let row: Int
        /// The rule that the row breaks.
        let code: String
        /// Nil to delete the row.
        let new: String?
    }

    /// - Parameters:
    ///   - lines: the same bytes, for what stays of a row as it was written.
    ///   - size: of the image after EXIF orientation; without it, nothing that needs pixels is touched.
    static func changes(
        _ labels: LabelFile, _ lines: LabelLines, size: (width: Int, height: Int)?, allowsGuesses: Bool
    ) -> [Change] {
        guard labels.textProblem == nil, labels.rows.count == lines.rowCount else { return [] }
        if allowsGuesses, labels.cornerBoxes != nil {
            return labels.rows.enumerated().compactMap { index, row in
                corners(row).flatMap { change(index, "B012", $0, lines) }
            }
        }
        let copies = Set(labels.repeats { $0.equals($1) }.map(\.index))
        return labels.rows.enumerated().compactMap { index, row in
            if allowsGuesses, row.hasSixthColumn {
                return lines.leading(fields: 5, row: index).map { Change(row: index, code: "F008", new: $0) }
            }
            guard row.problem == nil, let box = row.box else { return nil }
            if copies.contains(index) { return Change(row: index, code: "B006", new: nil) }
            if box.width <= 0 || box.height <= 0 { return Change(row: index, code: "B005", new: nil) }
            guard row.kind == .box else { return nil }
            if row.readsLikePixels {
                guard allowsGuesses, let size, let box = fractions(row, size) else { return nil }
                return change(index, "B004", box, lines)
            }
            guard let size, let edges = row.edges else { return nil }
            if edges.isWhollyOutside { return allowsGuesses ? Change(row: index, code: "B013", new: nil) : nil }
            return clipped(edges, size, allowsGuesses).flatMap { change(index, "B003", $0, lines) }
        }
    }

    /// A row of five numbers with decimal commas, or with commas, semicolons or bars between them; nil for any other.
    static func mended(separators row: String) -> String? {
        func isNumber(_ text: some StringProtocol, _ point: Character) -> Bool {
            var digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            guard let first = digits.first, first.isASCII, first.isNumber else { return false }
            digits = digits.drop { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { return true }
            return digits.first == point && digits.count > 1
                && digits.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
        }
        let blanks: Set<Character> = [" ", "\t"]
        let fields = row.split { blanks.contains($0) }
        if fields.count == 5, fields.allSatisfy({ isNumber($0, ",") || isNumber($0, ".") }) {
            return fields.map { $0.replacing(",", with: ".") }.joined(separator: " ")
        }
        let parts = row.split { blanks.contains($0) || ",;|".contains($0) }
        guard parts.count == 5, parts.allSatisfy({ isNumber($0, ".") }) else { return nil }
        return parts.joined(separator: " ")
    }

    /// x1 y1 x2 y2 as centre and size.
    private static func corners(_ row: LabelRow) -> Box? {
        guard row.kind == .box, row.problem == nil else { return nil }
        let v = row.values
        return Box(Edges(left: v[1], top: v[2], right: v[3], bottom: v[4]))
    }

    /// Centre and size in pixels as fractions, where they fit the image.
    private static func fractions(_ row: LabelRow, _ size: (width: Int, height: Int)) -> Box? {
        let v = row.values
        let (width, height) = (Double(size.width), Double(size.height))
        guard width > 0, height > 0, v[1] <= width, v[3] <= width, v[2] <= height, v[4] <= height,
            v[1...4].allSatisfy({ $0 > 0 })
        else { return nil }
        return Box(cx: v[1], cy: v[2], width: v[3], height: v[4]).divided(width: width, height: height)
    }

    /// Cut at the image's edge: a spill of up to a pixel is rounding, more needs a decision.
    private static func clipped(_ box: Edges, _ size: (width: Int, height: Int), _ allowsGuesses: Bool) -> Box? {
        let (width, height) = (Double(size.width), Double(size.height))
        let spill = max(-box.left * width, -box.top * height, (box.right - 1) * width, (box.bottom - 1) * height)
        guard spill > 1e-3, allowsGuesses || spill <= 1 else { return nil }
        let cut = box.clipped(width: 1, height: 1)
        return cut.area > 0 ? Box(cut) : nil
    }

    /// A row with its class as it was written and eight decimals at most: a hundred-millionth of a side is no pixel
    /// anywhere. Nil where such a row would not say the same box.
    private static func change(_ row: Int, _ code: String, _ box: Box, _ lines: LabelLines) -> Change? {
        let numbers = [box.cx, box.cy, box.width, box.height].compactMap { RowNumber.exact($0, decimals: 8) }
        guard let classID = lines.firstField(row: row), numbers.count == 4, numbers[2...].allSatisfy({ $0 != "0.0" })
        else { return nil }
        return Change(row: row, code: code, new: ([classID] + numbers).joined(separator: " "))
    }
}
