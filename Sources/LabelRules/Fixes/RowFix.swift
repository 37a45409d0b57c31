import Geometry
import TextForms
import YOLODataset

/// What can be done about the rows of one file.
///
/// Safe fixes change nothing that training could have learned from; the others guess what was meant.
enum RowFix {
    /// What becomes of a row.
    struct Change: Hashable {
        /// 1-based.
        let line: Int
        /// The rule that the row breaks.
        let code: String
        /// Nil to delete the row.
        let new: String?
    }

    /// - Parameter size: of the image after EXIF orientation; without it, nothing that needs pixels is touched.
    static func changes(
        _ labels: LabelFile, size: (width: Int, height: Int)?, allowsGuesses: Bool
    ) -> [Change] {
        guard labels.textProblem == nil else { return [] }
        if allowsGuesses, labels.cornerBoxes != nil { return labels.rows.compactMap(fromCorners) }
        let copies = Set(labels.repeats { $0.equals($1) }.map(\.index))
        return labels.rows.enumerated().compactMap { index, row in
            if allowsGuesses, row.hasSixthColumn {
                let v = row.values
                let box = Box(cx: v[1], cy: v[2], width: v[3], height: v[4])
                return Change(line: row.line, code: "F008", new: text(v[0], box))
            }
            guard row.problem == nil, let box = row.box else { return nil }
            if copies.contains(index) { return Change(line: row.line, code: "B006", new: nil) }
            if box.width <= 0 || box.height <= 0 { return Change(line: row.line, code: "B005", new: nil) }
            guard row.kind == .box else { return nil }
            if row.readsLikePixels {
                return allowsGuesses ? size.flatMap { fromPixels(row, $0) } : nil
            }
            return clipped(row, size, allowsGuesses)
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
    private static func fromCorners(_ row: LabelRow) -> Change? {
        guard row.kind == .box, row.problem == nil else { return nil }
        let v = row.values
        let box = Box(Edges(left: v[1], top: v[2], right: v[3], bottom: v[4]))
        return Change(line: row.line, code: "B012", new: text(v[0], box))
    }

    /// Centre and size in pixels as fractions, where they fit the image.
    private static func fromPixels(_ row: LabelRow, _ size: (width: Int, height: Int)) -> Change? {
        let v = row.values
        let (width, height) = (Double(size.width), Double(size.height))
        guard width > 0, height > 0, v[1] <= width, v[3] <= width, v[2] <= height, v[4] <= height,
            v[1...4].allSatisfy({ $0 > 0 })
        else { return nil }
        let box = Box(cx: v[1], cy: v[2], width: v[3], height: v[4]).divided(width: width, height: height)
        return Change(line: row.line, code: "B004", new: text(v[0], box))
    }

    /// Cut at the image's edge: a spill of up to a pixel is rounding, more needs a decision.
    private static func clipped(_ row: LabelRow, _ size: (width: Int, height: Int)?, _ allowsGuesses: Bool) -> Change? {
        guard let size, let box = row.edges else { return nil }
        if box.isWhollyOutside { return allowsGuesses ? Change(line: row.line, code: "B013", new: nil) : nil }
        let (width, height) = (Double(size.width), Double(size.height))
        let spill = max(-box.left * width, -box.top * height, (box.right - 1) * width, (box.bottom - 1) * height)
        guard spill > 1e-3, allowsGuesses || spill <= 1 else { return nil }
        let cut = box.clipped(width: 1, height: 1)
        guard cut.area > 0 else { return nil }
        return Change(line: row.line, code: "B003", new: text(row.values[0], Box(cut)))
    }

    /// A row with eight decimals at most: a hundred-millionth of a side is no pixel anywhere.
    private static func text(_ classID: Double, _ box: Box) -> String {
        let numbers = [box.cx, box.cy, box.width, box.height].map { RowNumber.text($0, decimals: 8) }
        return ([RowNumber.classID(classID)] + numbers).joined(separator: " ")
    }
}
