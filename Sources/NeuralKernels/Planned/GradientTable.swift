import CheckedNumbers
import Randomness

/// In which order a device adds a gradient's values up.
///
/// Squares are added by tiles, a run of one parameter's values each. A bucket of the sketch adds its values in the order of the
/// running index, as `VectorKernels.addToCountSketch` does, and so has the same bits.
package struct GradientTable {
    /// The most values of a tile.
    package static let tileLength = 8_192

    /// Start and length of each tile; where each bucket's list begins, and the last one ends; the lists themselves, places in
    /// the gradient, where −1 − place stands for a value that is subtracted.
    package let values: [Int32]
    /// The group whose squares each tile adds to.
    package let tileGroups: [Int]

    /// - Parameters:
    ///   - places: of each parameter's gradient; nil where there is none.
    ///   - buckets: of the sketch; a power of two.
    ///   - most: values that it may be of; more have no place in 32 bits.
    /// - Returns: nil where there are more.
    package init?(
        _ places: [Range<Int>?], groups: GradientGroups, seed: UInt64, buckets: Int, most: Int = Int(Int32.max) / 4
    ) {
        precondition(buckets > 0 && buckets & (buckets - 1) == 0)
        let parts = groups.parts.compactMap { part in places[part.parameter].map { (part: part, place: $0) } }
        guard parts.allSatisfy({ $0.place.upperBound <= most }), buckets <= most else { return nil }
        var tiles: [Int32] = []
        var tileGroups: [Int] = []
        for (part, place) in parts {
            for start in stride(from: place.lowerBound, to: place.upperBound, by: Self.tileLength) {
                tiles += [Int32(start), Int32(min(Self.tileLength, place.upperBound - start))]
                tileGroups.append(part.group)
            }
        }
        func hash(_ index: Int) -> UInt64 {
            SplitMix64.scramble(UInt64(clamping: index) &* SplitMix64.step &+ seed)
        }
        let mask = UInt64(buckets - 1)
        var starts = [Int32](repeating: 0, count: buckets + 1)
        for (part, place) in parts {
            for index in part.first..<part.first + place.count {
                starts[Int(clamping: hash(index) & mask) + 1] += 1
            }
        }
        for bucket in 0..<buckets { starts[bucket + 1] += starts[bucket] }
        var lists = [Int32](repeating: 0, count: Int(starts[buckets]))
        var next = starts
        for (part, place) in parts {
            for offset in 0..<place.count {
                let hash = hash(part.first + offset)
                let bucket = Int(clamping: hash & mask)
                let at = Int32(place.lowerBound + offset)
                // The highest bit of the hash is the sign.
                lists[Int(next[bucket])] = hash >> 63 == 1 ? -1 - at : at
                next[bucket] += 1
            }
        }
        values = tiles + starts + lists
        self.tileGroups = tileGroups
    }
}
