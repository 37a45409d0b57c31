import FileReading
import Imaging

/// Finds, for each picture, those of its own split before it and of every earlier split whose fingerprints are nearest.
///
/// Fingerprints are sorted sixteen times, each time from another of their sixteen parts on. In each order a picture is
/// compared with the nearest few of every split before and after it: two that agree in a part stand near each other, and
/// the nearer the longer they agree. So the cost grows with the number of pictures and not with how many are alike, and
/// many likely pictures of one split leave the places of the other splits alone.
///
/// Complexity: O(*n* log *n*) for sorting, O(*n* · splits) for comparing.
struct PictureNeighbours {
    /// A picture near another.
    struct Candidate: Sendable, Hashable {
        /// Place in the list of pictures.
        let picture: Int32
        /// Bits that differ.
        let distance: Int32
    }

    /// In each order, as many pictures of each split are looked at before a picture, and as many after it.
    static let reach = 24
    /// As many are kept for each picture and split, the nearest first.
    static let kept = 8

    private let hashes: [PerceptualHash]
    private let splits: [Int]
    private let splitCount: Int
    private let bits: Int

    /// - Parameters:
    ///   - hashes: the fingerprint of each picture.
    ///   - splits: the place of each picture's split in the order of the splits.
    ///   - bits: how many bits may differ.
    init(_ hashes: [PerceptualHash], splits: [Int], bits: Int) {
        self.hashes = hashes
        self.splits = splits
        splitCount = (splits.max() ?? -1) + 1
        self.bits = bits
    }

    /// The candidates of each picture and split: those of picture `p` and split `s` at `p * splitCount + s`. A pair stands
    /// at the picture that comes later, by split and then by place.
    func find(jobs: Int, isCancelled: @Sendable @escaping () -> Bool) throws -> [[Candidate]] {
        let empty = [[Candidate]](repeating: [], count: hashes.count * splitCount)
        let found = try WorkerPool.fold(
            count: 16, jobs: jobs, chunk: 1, isCancelled: isCancelled, progress: { _ in }, makeState: { empty },
            { near, part in look(from: part, into: &near) })
        guard var near = found.first else { return empty }
        for other in found.dropFirst() {
            for (place, candidates) in other.enumerated() {
                for candidate in candidates { Self.keep(candidate, in: &near[place]) }
            }
        }
        return near
    }

    private func look(from part: Int, into near: inout [[Candidate]]) {
        var keys = hashes.enumerated().map { (key: Self.key($0.element, from: part), place: Int32($0.offset)) }
        keys.sort { Self.isBefore($0, $1) }
        var order = keys.map { Int($0.place) }
        for _ in 0..<2 {
            // The last pictures of each split, one after another in a ring.
            var recent = [[Int]](repeating: [], count: splitCount)
            var next = [Int](repeating: 0, count: splitCount)
            for picture in order {
                for split in 0..<splitCount {
                    for other in recent[split] { compare(picture, other, &near) }
                }
                let split = splits[picture]
                if recent[split].count < Self.reach {
                    recent[split].append(picture)
                } else {
                    recent[split][next[split]] = picture
                    next[split] = (next[split] + 1) % Self.reach
                }
            }
            order.reverse()
        }
    }

    private func compare(_ a: Int, _ b: Int, _ near: inout [[Candidate]]) {
        let distance = hashes[a].distance(hashes[b])
        guard distance <= bits else { return }
        let isLater = (splits[a], a) > (splits[b], b)
        let (later, earlier) = isLater ? (a, b) : (b, a)
        Self.keep(
            Candidate(picture: Int32(earlier), distance: Int32(distance)),
            in: &near[later * splitCount + splits[earlier]])
    }

    /// The nearest stay, and of those equally near the first: whatever the order in which they come.
    private static func keep(_ candidate: Candidate, in candidates: inout [Candidate]) {
        func rank(_ candidate: Candidate) -> (Int32, Int32) { (candidate.distance, candidate.picture) }
        if candidates.count == kept, let last = candidates.last, rank(last) <= rank(candidate) { return }
        if candidates.contains(candidate) { return }
        let place = candidates.firstIndex { rank($0) > rank(candidate) } ?? candidates.endIndex
        candidates.insert(candidate, at: place)
        if candidates.count > kept { candidates.removeLast() }
    }

    /// The sixteen parts of a fingerprint one after another from `part` on, the first in the highest bits.
    private static func key(_ hash: PerceptualHash, from part: Int) -> SIMD4<UInt64> {
        var key = SIMD4<UInt64>()
        for index in 0..<16 {
            let from = (part + index) % 16
            let value = hash.words[from / 4] >> UInt64(16 * (from % 4)) & 0xFFFF
            key[index / 4] |= value << UInt64(48 - 16 * (index % 4))
        }
        return key
    }

    private static func isBefore(
        _ a: (key: SIMD4<UInt64>, place: Int32), _ b: (key: SIMD4<UInt64>, place: Int32)
    ) -> Bool {
        (a.key[0], a.key[1], a.key[2], a.key[3], a.place) < (b.key[0], b.key[1], b.key[2], b.key[3], b.place)
    }
}
