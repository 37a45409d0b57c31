import FileReading
import Imaging
import YOLODataset

/// Images that are there more than once: the same bytes, or nearly the same picture.
struct ImageTwins: Sendable {
    /// Two samples, by number, and how much their pictures differ.
    struct Pair: Sendable, Hashable {
        let first: Int
        let second: Int
        /// Correlation of brightness on a grid of 48 × 48, up to 1.
        let likeness: Double
    }

    /// Groups of samples with the same bytes, each in the order of the samples.
    private(set) var same: [[Int]] = []
    /// Pairs of nearly the same picture that do not have the same bytes; the second is the later sample. Each sample is
    /// second in at most one pair.
    private(set) var near: [Pair] = []

    /// How far apart two fingerprints may be, of 256 bits, for their pictures to be compared. The rules about near
    /// duplicates share it: pictures are compared once for all of them.
    static let nearDuplicateBits = RuleThreshold(
        name: "near_duplicate_bits", default: 40, range: 0...64, unit: "bits",
        help: "Pictures whose fingerprints of 256 bits differ in this many or fewer are compared.")

    /// Compression and scaling leave more than this; a picture of the same scene with something moved has less.
    static let leastLikeness = 0.985
    /// Pictures with more candidates than this are all alike to a fingerprint; it says nothing about them.
    private static let mostCandidates = 64
    /// Fingerprints that share a part are compared with as many that follow.
    private static let mostNeighbours = 500

    init() {}

    init(
        _ contents: [(sample: Int, digest: SIMD2<UInt64>, hash: PerceptualHash?)], samples: [DatasetSample],
        bits: Int, jobs: Int, isCancelled: @Sendable @escaping () -> Bool
    ) throws {
        // One file named in two splits counts once: which splits list it is another matter.
        var paths: Set<String> = []
        var byDigest: [SIMD2<UInt64>: [Int]] = [:]
        var hashes: [(sample: Int, hash: PerceptualHash)] = []
        for entry in contents.sorted(by: { $0.sample < $1.sample }) {
            if byDigest[entry.digest] != nil, !paths.insert(samples[entry.sample].imagePath).inserted { continue }
            paths.insert(samples[entry.sample].imagePath)
            byDigest[entry.digest, default: []].append(entry.sample)
            // Copies of a file have its fingerprint.
            if byDigest[entry.digest]?.count == 1, let hash = entry.hash { hashes.append((entry.sample, hash)) }
        }
        same = byDigest.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
        let pictures = hashes.map(\.sample)
        let candidates = Self.candidates(hashes.map(\.hash), bits: bits)
        let found = try WorkerPool.map(
            count: candidates.count, jobs: jobs, isCancelled: isCancelled,
            makeState: { (sample: -1, grid: [Double]?.none) },
            { kept, place -> Pair? in
                let (a, b) = candidates[place]
                let (first, second) = (pictures[a], pictures[b])
                // Candidates come by their first: it is decoded once for all of them.
                if kept.sample != first { kept = (first, Self.grid(samples[first].imagePath)) }
                guard let one = kept.grid, let other = Self.grid(samples[second].imagePath) else { return nil }
                let likeness = Self.correlation(one, other)
                return likeness >= Self.leastLikeness ? Pair(first: first, second: second, likeness: likeness) : nil
            }
        ).compactMap { $0 }
        var nearest: [Int: Pair] = [:]
        for pair in found {
            guard let known = nearest[pair.second] else {
                nearest[pair.second] = pair
                continue
            }
            if (-pair.likeness, pair.first) < (-known.likeness, known.first) { nearest[pair.second] = pair }
        }
        near = nearest.values.sorted { $0.second < $1.second }
    }

    /// Pairs within `bits` of each other that have one of sixteen parts in common: all of them up to 15 bits, nearly all
    /// up to 40.
    ///
    /// Equal fingerprints are paired with the first of them. Cost: linear in the fingerprints where they differ.
    static func candidates(_ hashes: [PerceptualHash], bits: Int) -> [(Int, Int)] {
        var first: [PerceptualHash: Int] = [:]
        var pairs: [(Int, Int)] = []
        var distinct: [Int] = []
        for (index, hash) in hashes.enumerated() {
            if let known = first[hash] {
                pairs.append((known, index))
            } else {
                first[hash] = index
                distinct.append(index)
            }
        }
        var near: [Int32: Set<Int32>] = [:]
        for part in 0..<16 {
            func key(_ index: Int) -> UInt16 {
                UInt16(truncatingIfNeeded: hashes[index].words[part / 4] >> UInt64(16 * (part % 4)))
            }
            let sorted = distinct.map { (key: key($0), index: $0) }.sorted { ($0.key, $0.index) < ($1.key, $1.index) }
            var start = 0
            while start < sorted.count {
                var end = start + 1
                while end < sorted.count, sorted[end].key == sorted[start].key { end += 1 }
                for place in start..<end {
                    let a = sorted[place].index
                    for other in (place + 1)..<max(place + 1, min(end, place + mostNeighbours)) {
                        let b = sorted[other].index
                        guard hashes[a].distance(hashes[b]) <= bits else { continue }
                        if near[Int32(a)]?.count ?? 0 < mostCandidates { near[Int32(a), default: []].insert(Int32(b)) }
                    }
                }
                start = end
            }
        }
        for (a, others) in near where others.count < mostCandidates {
            pairs += others.map { (Int(a), Int($0)) }
        }
        return pairs.sorted { $0 < $1 }
    }

    /// The correlation of brightness of two images on a grid; nil where one cannot be decoded.
    static func likeness(_ path: String, _ other: String) -> Double? {
        guard let one = grid(path), let two = grid(other) else { return nil }
        return correlation(one, two)
    }

    private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
        let count = Double(a.count)
        let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
        var (together, ownA, ownB) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            together += (x - meanA) * (y - meanB)
            ownA += (x - meanA) * (x - meanA)
            ownB += (y - meanB) * (y - meanB)
        }
        return ownA > 0 && ownB > 0 ? together / (ownA * ownB).squareRoot() : 0
    }

    /// Mean brightness on a grid of 48 × 48.
    private static func grid(_ path: String) -> [Double]? {
        guard let image = try? ImageDecoder.decodeFile(path, scaleDenominator: 4).image else { return nil }
        return image.brightness(columns: 48, rows: 48).map { Double($0.sum) / 8 / Double($0.pixels) }
    }
}
