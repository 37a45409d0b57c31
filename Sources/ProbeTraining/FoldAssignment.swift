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
}
