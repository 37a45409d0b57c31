import CheckedNumbers
import Geometry

/// A mask of an image as COCO keeps it: runs down the columns, the first one of pixels that are not set.
package struct RunLengthMask: Sendable, Hashable {
    let width: Int
    let height: Int
    /// Lengths of runs that are not set and that are, in turns; together the number of pixels.
    let counts: [Int]

    /// More pixels than this are refused.
    static let mostPixels = 1 << 27

    /// Nil where the runs are not those of such an image.
    package init?(width: Int, height: Int, counts: [Int]) {
        guard width > 0, height > 0, width <= Self.mostPixels, height <= Self.mostPixels / width else { return nil }
        var sum = 0
        for count in counts {
            guard count >= 0, count <= width * height - sum else { return nil }
            sum += count
        }
        guard sum == width * height else { return nil }
        (self.width, self.height, self.counts) = (width, height, counts)
    }

    /// From a grid of rows, from the left and from the top, that lies at a place of a larger image.
    ///
    /// - Parameter isSet: row by row.
    package init?(_ isSet: [Bool], gridWidth: Int, left: Int, top: Int, in size: ImageSize) {
        guard gridWidth > 0, isSet.count % gridWidth == 0, left >= 0, top >= 0,
            size.height <= Self.mostPixels / size.width
        else { return nil }
        let gridHeight = isSet.count / gridWidth
        guard gridWidth <= size.width - left, gridHeight <= size.height - top else { return nil }
        var counts: [Int] = []
        var (run, value) = (left * size.height, false)
        for x in 0..<gridWidth {
            run = Self.add(top, of: false, run, &value, &counts)
            for y in 0..<gridHeight { run = Self.add(1, of: isSet[y * gridWidth + x], run, &value, &counts) }
            run = Self.add(size.height - top - gridHeight, of: false, run, &value, &counts)
        }
        run = Self.add((size.width - left - gridWidth) * size.height, of: false, run, &value, &counts)
        counts.append(run)
        self.init(width: size.width, height: size.height, counts: counts)
    }

    private static func add(_ length: Int, of set: Bool, _ run: Int, _ value: inout Bool, _ counts: inout [Int]) -> Int
    {
        guard length > 0 else { return run }
        guard set != value else { return run + length }
        counts.append(run)
        value = set
        return length
    }

    /// COCO's compressed text: numbers of five bits a character, each from the third on as the difference to the one
    /// before the last.
    package static func counts(compressed text: String) -> [Int]? {
        var counts: [Int] = []
        var (value, shift) = (0, 0)
        for byte in text.utf8 {
            guard (48..<112).contains(byte), shift < 50 else { return nil }
            let bits = Int(byte) - 48
            value |= (bits & 0x1F) << shift
            shift += 5
            guard bits & 0x20 == 0 else { continue }
            if bits & 0x10 != 0 { value |= -1 << shift }
            if counts.count > 2 { value += counts[counts.count - 2] }
            guard value >= 0, value <= mostPixels else { return nil }
            counts.append(value)
            (value, shift) = (0, 0)
        }
        return shift == 0 ? counts : nil
    }

    /// How many pixels are set.
    package var area: Int { stride(from: 1, to: counts.count, by: 2).reduce(0) { $0 + counts[$1] } }

    /// The box around all pixels that are set; nil where there are none.
    package var bounds: Edges? {
        var (left, top, right, bottom) = (width, height, -1, -1)
        var at = 0
        for (index, count) in counts.enumerated() {
            defer { at += count }
            guard index % 2 == 1, count > 0 else { continue }
            let (first, last) = (at / height, (at + count - 1) / height)
            left = min(left, first)
            right = max(right, last)
            top = first == last ? min(top, at % height) : 0
            bottom = first == last ? max(bottom, (at + count - 1) % height) : height - 1
        }
        guard right >= 0 else { return nil }
        return Edges(left: Double(left), top: Double(top), right: Double(right + 1), bottom: Double(bottom + 1))
    }

    /// Row by row.
    package var pixels: [Bool] {
        var pixels = [Bool](repeating: false, count: width * height)
        var at = 0
        for (index, count) in counts.enumerated() {
            if index % 2 == 1 {
                for place in at..<at + count { pixels[place % height * width + place / height] = true }
            }
            at += count
        }
        return pixels
    }
}
