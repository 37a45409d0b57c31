import CheckedNumbers

/// What an image shows, in 48 × 48 cells: the brightness of each against the mean, as far as the strongest.
///
/// Cells have equal parts of the picture, whatever its size: pixels on a border count for both by their share. So copies
/// of one picture in different sizes have nearly one grid.
public struct PictureGrid: Sendable, Hashable {
    /// Cells in a row, and rows.
    public static let side = 48

    /// Row by row, −127…127; all 0 where the image has one brightness.
    public let cells: [Int8]
    /// The sum of the squares of `cells`.
    private let energy: Int

    /// A grid that was kept; nil where these are not as many cells.
    ///
    /// - Parameter bytes: the bits of the cells, row by row.
    package init?(cells bytes: [UInt8]) {
        guard bytes.count == Self.side * Self.side else { return nil }
        cells = bytes.map { Int8(bitPattern: $0) }
        energy = cells.reduce(0) { $0 + Int($1) * Int($1) }
    }

    /// The grid of an image of any size; one pass over its pixels.
    public init(_ image: RGBImage) {
        let sums = Self.sums(image)
        // The sums have one weight, so the mean of the picture is the mean of the cells.
        let mean = sums.reduce(0, +) / Double(sums.count)
        let strongest = sums.reduce(0) { max($0, abs($1 - mean)) }
        cells = sums.map {
            strongest > 0 ? Int8(clamping: Int(clamping: ((($0 - mean) / strongest) * 127).rounded())) : 0
        }
        energy = cells.reduce(0) { $0 + Int($1) * Int($1) }
    }

    /// The brightness of each cell, with a weight of width × height.
    private static func sums(_ image: RGBImage) -> [Double] {
        let (width, height) = (image.width, image.height)
        var sums = [Double](repeating: 0, count: side * side)
        var row = [Int](repeating: 0, count: side)
        image.pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<height {
                for column in 0..<side { row[column] = 0 }
                var (column, end) = (0, width)
                for x in 0..<width {
                    let at = 3 * (y * width + x)
                    let light = 2 * Int(pixels[at]) + 5 * Int(pixels[at + 1]) + Int(pixels[at + 2])
                    // A pixel is `side` units wide, and a cell `width` units.
                    var left = x * side
                    let right = left + side
                    while right > end {
                        row[column] += light * (end - left)
                        (left, column, end) = (end, column + 1, end + width)
                    }
                    row[column] += light * (right - left)
                }
                add(row, from: y * side, to: (y + 1) * side, height, &sums)
            }
        }
        return sums
    }

    /// Adds a row of pixels to the rows of cells that it touches.
    private static func add(_ row: [Int], from start: Int, to end: Int, _ height: Int, _ sums: inout [Double]) {
        var top = start
        while top < end {
            let cell = top / height
            let bottom = min(end, (cell + 1) * height)
            for column in 0..<side { sums[cell * side + column] += Double(row[column] * (bottom - top)) }
            top = bottom
        }
    }

    /// The correlation of two pictures' brightness, up to 1; 0 where one has a single brightness.
    public func correlation(_ other: PictureGrid) -> Double {
        guard energy > 0, other.energy > 0 else { return 0 }
        var sum = 0
        for (a, b) in zip(cells, other.cells) { sum += Int(a) * Int(b) }
        return Double(sum) / (Double(energy) * Double(other.energy)).squareRoot()
    }
}
