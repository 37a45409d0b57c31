import FileReading
import Imaging
import YOLODataset

/// Images that are there more than once: the same bytes, or nearly the same picture.
struct ImageTwins: Sendable {
    /// What is known of one image.
    struct Contents: Sendable {
        let sample: Int
        let digest: SIMD2<UInt64>
        /// Nil where pixels were not decoded, or show nothing.
        let hash: PerceptualHash?
        /// Nil where it was not kept: the image is decoded when the grid is needed.
        let grid: PictureGrid?
    }

    /// Two samples, by number, and how much their pictures differ.
    struct Pair: Sendable, Hashable {
        /// Of the same split, or of an earlier one.
        let first: Int
        let second: Int
        /// Correlation of brightness on a grid of 48 × 48, up to 1.
        let likeness: Double
        /// Which group of pictures both belong to: those that pairs connect.
        var group = 0
    }

    /// Groups of samples with the same bytes, each in the order of the samples.
    private(set) var same: [[Int]] = []
    /// Pairs of nearly the same picture that do not have the same bytes. Each sample is second in at most one pair with
    /// its own split, and in at most one with each earlier split: a likely neighbour in one hides none in another.
    private(set) var near: [Pair] = []
    private var grids: [Int: PictureGrid] = [:]

    /// How far apart two fingerprints may be, of 256 bits, for their pictures to be compared. The rules about near
    /// duplicates share it: pictures are compared once for all of them.
    static let nearDuplicateBits = RuleThreshold(
        name: "near_duplicate_bits", default: 40, range: 0...64, unit: "bits",
        help: "Pictures whose fingerprints of 256 bits differ in this many or fewer are compared.")

    /// Compression and scaling leave more than this; a picture of the same scene with something moved has less.
    static let leastLikeness = 0.985
    /// The grids of as many images are kept from their first decoding, 2.3 KB each; later ones are decoded again where
    /// they are compared.
    static let mostGrids = 1 << 18

    init() {}

    init(
        _ contents: [Contents], samples: [DatasetSample], bits: Int, jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool
    ) throws {
        var order: [String: Int] = [:]
        for sample in samples where order[sample.split] == nil { order[sample.split] = order.count }
        // One file that two splits name is no copy of itself; but its picture may be near others in either.
        var paths: Set<String> = []
        var byDigest: [SIMD2<UInt64>: [Int]] = [:]
        struct Appearance: Hashable {
            let digest: SIMD2<UInt64>
            let split: Int
        }
        // Copies of a file have its fingerprint: one in each split stands for all.
        var seen: Set<Appearance> = []
        var pictures: [(sample: Int, split: Int, hash: PerceptualHash, digest: SIMD2<UInt64>)] = []
        for entry in contents.sorted(by: { $0.sample < $1.sample }) {
            if paths.insert(samples[entry.sample].imagePath).inserted {
                byDigest[entry.digest, default: []].append(entry.sample)
            }
            let split = order[samples[entry.sample].split] ?? 0
            guard let hash = entry.hash, seen.insert(Appearance(digest: entry.digest, split: split)).inserted else {
                continue
            }
            pictures.append((entry.sample, split, hash, entry.digest))
            if let grid = entry.grid { grids[entry.sample] = grid }
        }
        same = byDigest.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
        let splitCount = order.count
        let candidates = try PictureNeighbours(
            pictures.map(\.hash), splits: pictures.map(\.split), bits: bits
        ).find(jobs: jobs, isCancelled: isCancelled)
        var wanted: Set<Int> = []
        for (place, others) in candidates.enumerated() where !others.isEmpty {
            wanted.insert(pictures[place / splitCount].sample)
            for other in others { wanted.insert(pictures[Int(other.picture)].sample) }
        }
        try decode(wanted.filter { grids[$0] == nil }.sorted(), samples, jobs: jobs, isCancelled: isCancelled)
        let (known, appearances) = (grids, pictures)
        near = try WorkerPool.map(
            count: candidates.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, place -> Pair? in
                guard !candidates[place].isEmpty else { return nil }
                let second = appearances[place / splitCount]
                guard let grid = known[second.sample] else { return nil }
                var best: Pair?
                for candidate in candidates[place] {
                    let first = appearances[Int(candidate.picture)]
                    guard first.digest != second.digest, let other = known[first.sample] else { continue }
                    let likeness = grid.correlation(other)
                    guard likeness >= Self.leastLikeness, likeness > best?.likeness ?? 0 else { continue }
                    best = Pair(first: first.sample, second: second.sample, likeness: likeness)
                }
                return best
            }
        ).compactMap { $0 }
        group(samples.count)
    }

    /// Gives each pair the number of its group: its first sample.
    private mutating func group(_ count: Int) {
        var groups = DisjointGroups(count: count)
        for pair in near { groups.join(pair.first, pair.second) }
        for index in near.indices { near[index].group = groups.root(near[index].first) }
    }

    /// The grids of images whose first decoding did not leave them: facts about them were kept from an earlier run.
    private mutating func decode(
        _ missing: [Int], _ samples: [DatasetSample], jobs: Int, isCancelled: @Sendable @escaping () -> Bool
    ) throws {
        let found = try WorkerPool.map(
            count: missing.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, index in Self.grid(samples[missing[index]].imagePath) })
        for (sample, grid) in zip(missing, found) { grids[sample] = grid }
    }

    /// The correlation of brightness of two samples' images; nil where one cannot be decoded.
    func likeness(_ a: Int, _ b: Int, _ samples: [DatasetSample]) -> Double? {
        guard let one = grids[a] ?? Self.grid(samples[a].imagePath),
            let other = grids[b] ?? Self.grid(samples[b].imagePath)
        else { return nil }
        return one.correlation(other)
    }

    private static func grid(_ path: String) -> PictureGrid? {
        guard let bytes = try? FileReading.bytes(ofFile: path) else { return nil }
        return ImageRecord(whole: bytes, identity: .unknown, path: path).grid
    }
}
