import CheckedNumbers
import Foundation

/// What a dataset consists of, in counts: the dataset card.
public struct DatasetProfile: Sendable, Hashable {
    /// What one split consists of.
    public struct Split: Sendable, Hashable {
        /// All images, with or without labels.
        public internal(set) var images = 0
        /// Images without a label row.
        public internal(set) var background = 0
        /// Label rows by class id; −1 for rows without a whole number.
        public internal(set) var rowsByClass: [Int: Int] = [:]
        /// Sizes and shapes of boxes by class id.
        var shapes: [Int: ClassShape] = [:]
        /// Images by how many rows they have; the last place is for all that have more.
        public internal(set) var rowsAnImage = [Int](repeating: 0, count: 65)
    }

    static let sizeBins = 44
    static let aspectBins = 49

    /// By name.
    public internal(set) var splits: [String: Split] = [:]
    /// Boxes by area in pixels at the training size: half a doubling of the area a bin, from 1 pixel on.
    public internal(set) var sizes = [Int](repeating: 0, count: sizeBins)
    /// Boxes by width over height in pixels: a quarter of a doubling a bin, from 1/64 on.
    public internal(set) var aspects = [Int](repeating: 0, count: aspectBins)
    /// Boxes by the cell of a 16 × 16 grid that their centre lies in, row by row.
    public internal(set) var heat = [Int](repeating: 0, count: 256)
    /// Images by width and height in pixels, as a viewer shows them.
    public internal(set) var imageSizes: [ImageSize: Int] = [:]

    /// Width and height of an image in pixels, as a viewer shows it.
    public struct ImageSize: Sendable, Hashable {
        /// Pixels in a row.
        public let width: Int
        /// Rows.
        public let height: Int
    }

    public init() {}

    /// Where the bins of a quarter of a doubling begin, between 1 and 2: 2^(1/4), 2^(1/2), 2^(3/4).
    private static let quarters = SIMD4(exp2(0.25), exp2(0.5), exp2(0.75), .infinity)

    /// Which bin of a logarithmic histogram a value falls into.
    ///
    /// - Parameter perDoubling: bins; 2 or 4.
    static func bin(_ value: Double, perDoubling: Int, first: Int, count: Int) -> Int {
        guard value > 0, value.isFinite else { return 0 }
        // Comparing with where the bins begin is a fraction of the cost of a logarithm.
        let fraction = value.significand
        let quarter = (0..<3).count { fraction >= quarters[$0] }
        let place = (4 * Int(value.exponent) + quarter) >> (perDoubling == 2 ? 1 : 0)
        return min(max(place - first, 0), count - 1)
    }

    mutating func add(_ mark: BoxMark) {
        sizes[Int(mark.size)] += 1
        aspects[Int(mark.aspect)] += 1
        heat[Int(mark.cell)] += 1
    }

    mutating func add(_ other: DatasetProfile) {
        for (name, split) in other.splits {
            var sum = splits[name] ?? Split()
            sum.images += split.images
            sum.background += split.background
            sum.rowsByClass.merge(split.rowsByClass, uniquingKeysWith: +)
            sum.shapes.merge(split.shapes) { $0 + $1 }
            for index in sum.rowsAnImage.indices { sum.rowsAnImage[index] += split.rowsAnImage[index] }
            splits[name] = sum
        }
        for index in sizes.indices { sizes[index] += other.sizes[index] }
        for index in aspects.indices { aspects[index] += other.aspects[index] }
        for index in heat.indices { heat[index] += other.heat[index] }
        imageSizes.merge(other.imageSizes, uniquingKeysWith: +)
    }

    /// Images of all splits; one that two splits list counts twice.
    public var images: Int { splits.values.reduce(0) { $0 + $1.images } }
    /// Label rows of all splits.
    public var rows: Int { rowsByClass.values.reduce(0, +) }
    /// Label rows by class id, over all splits.
    public var rowsByClass: [Int: Int] {
        splits.values.reduce(into: [:]) { $0.merge($1.rowsByClass, uniquingKeysWith: +) }
    }
}
