import FileReading
import Imaging
import Randomness
import YOLOModel

/// Which fold judges which image.
public enum FoldAssignment {
    /// Bits of a perceptual hash, of 256, within which two images are taken for one.
    public static let nearDistance = 10

    /// A number for each image; images with one digest, or hashes within `nearDistance`, have one number, and so has what
    /// such steps connect: the place of the first of them.
    public static func groups(digests: [ContentDigest], hashes: [PerceptualHash?]) -> [Int] {
        var groups = DisjointGroups(count: digests.count)
        var first: [ContentDigest: Int] = [:]
        for (index, digest) in digests.enumerated() {
            if let known = first[digest] { groups.join(known, index) } else { first[digest] = index }
        }
        groups = NearHashes(hashes, bits: nearDistance, joining: groups).groups
        return digests.indices.map { groups.root($0) }
    }

    /// A fold for each image; the images of a group share one. Groups go, in an order drawn from the seed, to the fold
    /// that holds the fewest images.
    public static func assign(groups: [Int], folds: Int, seed: UInt64) -> [Int] {
        var members: [Int: [Int]] = [:]
        for (index, group) in groups.enumerated() { members[group, default: []].append(index) }
        let order = members.values.sorted { $0[0] < $1[0] }.enumerated().map { place, members in
            (CounterBasedNumber.bits(seed: seed ^ 0x464F_4C44, counter: UInt64(place)), members)
        }.sorted { ($0.0, $0.1[0]) < ($1.0, $1.1[0]) }
        var sizes = Array(repeating: 0, count: folds)
        var result = Array(repeating: 0, count: groups.count)
        for (_, members) in order {
            let fold = sizes.indices.min { (sizes[$0], $0) < (sizes[$1], $1) } ?? 0
            for member in members { result[member] = fold }
            sizes[fold] += members.count
        }
        return result
    }

    /// So many images, equally many of each fold as far as it has them, in the order of the list.
    ///
    /// An image of each group comes first, then a second one of each: what is there often teaches no more. Among equals the
    /// seed decides.
    package static func draw(_ count: Int, groups: [Int], folds: [Int], seed: UInt64) -> [Int] {
        func number(_ index: Int) -> UInt64 {
            CounterBasedNumber.bits(seed: seed ^ 0x4452_4157, counter: UInt64(index))
        }
        let order = groups.indices.map { (number: number($0), index: $0) }.sorted { $0 < $1 }.map(\.index)
        var seen: [Int: Int] = [:]
        var places = Array(repeating: 0, count: groups.count)
        for index in order {
            places[index] = seen[groups[index], default: 0]
            seen[groups[index], default: 0] += 1
        }
        // A fold's images in the order in which they are wanted.
        var wanted: [[Int]] = Array(repeating: [], count: (folds.max() ?? -1) + 1)
        for index in order { wanted[folds[index]].append(index) }
        for fold in wanted.indices {
            let ranked = wanted[fold].enumerated().sorted {
                (places[$0.element], $0.offset) < (places[$1.element], $1.offset)
            }
            wanted[fold] = ranked.map(\.element)
        }
        var drawn: [Int] = []
        var round = 0
        while drawn.count < count, round < wanted.lazy.map(\.count).max() ?? 0 {
            for own in wanted where round < own.count && drawn.count < count { drawn.append(own[round]) }
            round += 1
        }
        return drawn.sorted()
    }
}
