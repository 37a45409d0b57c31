import Foundation
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
                return Change(line: row.line, code: "F008", new: text(row.values[0], Array(row.values[1..<5])))
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
        return Change(
            line: row.line, code: "B012",
            new: text(v[0], [(v[1] + v[3]) / 2, (v[2] + v[4]) / 2, v[3] - v[1], v[4] - v[2]]))
    }

    /// Centre and size in pixels as fractions, where they fit the image.
    private static func fromPixels(_ row: LabelRow, _ size: (width: Int, height: Int)) -> Change? {
        let v = row.values
        let (width, height) = (Double(size.width), Double(size.height))
        guard width > 0, height > 0, v[1] <= width, v[3] <= width, v[2] <= height, v[4] <= height,
            v[1...4].allSatisfy({ $0 > 0 })
        else { return nil }
        return Change(
            line: row.line, code: "B004", new: text(v[0], [v[1] / width, v[2] / height, v[3] / width, v[4] / height]))
    }

    /// Cut at the image's edge: a spill of up to a pixel is rounding, more needs a decision.
    private static func clipped(_ row: LabelRow, _ size: (width: Int, height: Int)?, _ allowsGuesses: Bool) -> Change? {
        guard let size, let box = RowBox(row) else { return nil }
        if box.isWhollyOutside { return allowsGuesses ? Change(line: row.line, code: "B013", new: nil) : nil }
        let (width, height) = (Double(size.width), Double(size.height))
        let spill = max(-box.left * width, -box.top * height, (box.right - 1) * width, (box.bottom - 1) * height)
        guard spill > 1e-3, allowsGuesses || spill <= 1 else { return nil }
        let left = max(0, box.left)
        let top = max(0, box.top)
        let right = min(1, box.right)
        let bottom = min(1, box.bottom)
        guard right > left, bottom > top else { return nil }
        return Change(
            line: row.line, code: "B003",
            new: text(row.values[0], [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]))
    }

    /// A row with eight decimals at most: a hundred-millionth of a side is no pixel anywhere.
    private static func text(_ classID: Double, _ values: [Double]) -> String {
        let id = classID == classID.rounded() && abs(classID) < 1e9 ? "\(Int(classID))" : "\(classID)"
        return ([id] + values.map(decimal)).joined(separator: " ")
    }

    /// Without an exponent, which some readers do not know.
    private static func decimal(_ value: Double) -> String {
        let scaled = Int((max(0, value) * 1e8).rounded())
        let fraction = String(scaled % 100_000_000)
        var digits = String(repeating: "0", count: 8 - fraction.count) + fraction
        while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
        return "\(scaled / 100_000_000).\(digits)"
    }
}
