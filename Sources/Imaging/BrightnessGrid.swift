import CheckedNumbers

extension RGBImage {
    /// The brightness of the cells of a grid, row by row: the sum over a cell's pixels, in eighths of a step of 255, and
    /// how many pixels it has. Where an image has fewer pixels than the grid, cells share them.
    public func brightness(columns: Int, rows: Int) -> [(sum: Int, pixels: Int)] {
        pixels.withUnsafeBufferPointer { pixels in
            (0..<rows * columns).map { cell in
                let (row, column) = (cell / columns, cell % columns)
                let (top, left) = (row * height / rows, column * width / columns)
                let bottom = max(top + 1, (row + 1) * height / rows)
                let right = max(left + 1, (column + 1) * width / columns)
                var sum = 0
                for y in top..<bottom {
                    for x in left..<right {
                        let at = 3 * (y * width + x)
                        sum += 2 * Int(pixels[at]) + 5 * Int(pixels[at + 1]) + Int(pixels[at + 2])
                    }
                }
                return (sum, (bottom - top) * (right - left))
            }
        }
    }
}
