import Imaging

/// Joins fingerprints that differ in few bits, exactly and without comparing all with all.
///
/// The bits of a fingerprint are dealt to sixteen parts, a bit of every row of the picture to each, so that a flat border
/// empties none. Two fingerprints that differ in ten bits agree in six parts at least. So they meet in the buckets of those
/// that agree in a part; a bucket that is still large is divided by a further part, up to the six, before the rest are compared
/// pair by pair. What is one group already is not looked at again.
///
/// Complexity: O(*n* log *n*) for fingerprints of different pictures; where thousands agree in six parts and are no group,
/// quadratic in the number of those.
package struct NearHashes {
    private static let partCount = 16

    private let hashes: [PerceptualHash]
    private let parts: [SIMD16<UInt16>]
    private let bits: Int
    /// Parts in which two near ones agree at least.
    private let agreeing: Int
    /// Buckets of as many are compared pair by pair.
    private let small: Int
    /// Pairs that were compared.
    package private(set) var comparisons = 0
    /// What has been joined.
    package private(set) var groups: DisjointGroups

    /// - Parameters:
    ///   - hashes: nil for what has none, and is near nothing.
    ///   - bits: bits in which near ones may differ, up to 15.
    ///   - groups: of the same places; near ones are joined.
    package init(_ hashes: [PerceptualHash?], bits: Int, joining groups: DisjointGroups, small: Int = 256) {
        precondition((0..<Self.partCount).contains(bits), "with \(bits) bits, near fingerprints may agree in no part")
        self.bits = bits
        self.small = small
        agreeing = Self.partCount - bits
        self.groups = groups
        self.hashes = hashes.map { $0 ?? PerceptualHash(words: .zero) }
        parts = self.hashes.map(Self.parts)
        var first: [PerceptualHash: Int] = [:]
        var different: [Int] = []
        for (place, hash) in hashes.enumerated() {
            guard let hash else { continue }
            if let known = first[hash] {
                self.groups.join(known, place)
            } else {
                first[hash] = place
                different.append(place)
            }
        }
        join(different, from: 0, agreed: 0)
    }

    /// Joins what is near among places that agree in so many parts before this one.
    private mutating func join(_ places: [Int], from part: Int, agreed: Int) {
        guard places.count > 1, !areOneGroup(places) else { return }
        guard places.count > small, agreed < agreeing else { return joinPairs(places) }
        // Of those in which they agree, this is the first that is left, and as many as are still wanted come after it.
        for part in part...(Self.partCount - agreeing + agreed) {
            let order = places.map { (key: parts[$0][part], place: $0) }.sorted {
                ($0.key, $0.place) < ($1.key, $1.place)
            }
            var start = 0
            while start < order.count {
                var end = start + 1
                while end < order.count, order[end].key == order[start].key { end += 1 }
                if end > start + 1 { join(order[start..<end].map(\.place), from: part + 1, agreed: agreed + 1) }
                start = end
            }
        }
    }

    /// Pair by pair, but for pairs of one group: where pictures are alike, one comparison is enough for most.
    private mutating func joinPairs(_ places: [Int]) {
        var members: [[Int]] = []
        for place in places {
            var home: Int?
            // From the end, so that what is removed is behind what is still to come.
            for number in members.indices.reversed() {
                guard groups.root(members[number][0]) == groups.root(place) || isNear(place, members[number]) else {
                    continue
                }
                groups.join(members[number][0], place)
                // What was home before moves here.
                if let old = home {
                    members[number] += members[old]
                    members.remove(at: old)
                } else {
                    members[number].append(place)
                }
                home = number
            }
            if home == nil { members.append([place]) }
        }
    }

    private mutating func isNear(_ place: Int, _ others: [Int]) -> Bool {
        for other in others {
            comparisons += 1
            if hashes[place].distance(hashes[other]) <= bits { return true }
        }
        return false
    }

    private mutating func areOneGroup(_ places: [Int]) -> Bool {
        let root = groups.root(places[0])
        for place in places.dropFirst() where groups.root(place) != root { return false }
        return true
    }

    /// Part `p` holds the bit of column `p + r` of each row `r`, counted around.
    private static func parts(_ hash: PerceptualHash) -> SIMD16<UInt16> {
        var parts = SIMD16<UInt16>()
        for row in 0..<16 {
            let bits = hash.words[row / 4] >> UInt64(16 * (row % 4))
            for part in 0..<partCount where bits >> UInt64((part + row) % 16) & 1 == 1 {
                parts[part] |= 1 << UInt16(row)
            }
        }
        return parts
    }
}
