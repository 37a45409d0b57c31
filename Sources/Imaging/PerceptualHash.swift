/// A fingerprint of what an image shows: 256 signs of the brightness change between neighbours on a 16 × 17 grid of means.
///
/// Scaling, recompression and small changes of light leave nearly all of the bits alone.
public struct PerceptualHash: Sendable, Hashable {
    /// 256 bits, row by row from the lowest of the first word on: 1 where brightness rises to the right.
    public let words: SIMD4<UInt64>

    /// A fingerprint that was kept.
    public init(words: SIMD4<UInt64>) { self.words = words }

    /// The fingerprint of an image of any size; one pass over its pixels.
    public init(_ image: RGBImage) {
        let (columns, rows) = (17, 16)
        // Sixteenths of a grey level: less is noise.
        let means = image.brightness(columns: columns, rows: rows).map { 2 * $0.sum / $0.pixels }
        var words = SIMD4<UInt64>()
        for row in 0..<rows {
            for column in 0..<columns - 1 {
                let bit = row * (columns - 1) + column
                let isRising = means[row * columns + column] < means[row * columns + column + 1]
                if isRising { words[bit / 64] |= 1 << UInt64(bit % 64) }
            }
        }
        self.words = words
    }

    /// Bits that differ, of 256.
    public func distance(_ other: PerceptualHash) -> Int {
        let difference = words ^ other.words
        return difference[0].nonzeroBitCount + difference[1].nonzeroBitCount + difference[2].nonzeroBitCount
            + difference[3].nonzeroBitCount
    }
}
