import FileReading
import Imaging
import ProbeTraining
import Randomness
import Testing

@Suite struct FoldTests {
    private func hash(_ word: UInt64) -> PerceptualHash { PerceptualHash(words: SIMD4(word, ~word, word, word)) }

    @Test func duplicatesAndNearDuplicatesShareAFold() {
        let digests = [1, 2, 1, 3, 4, 5].map { ContentDigest.of([$0]) }
        // The fourth differs from the second by two bits of each word and from all others by far.
        let hashes: [PerceptualHash?] = [
            hash(0), hash(0xFFFF), nil, hash(0xFFFF ^ 0x0050), hash(0xFF00_FF00_FF), hash(0x0F0F_0F0F_0F0F),
        ]
        let groups = FoldAssignment.groups(digests: digests, hashes: hashes)
        #expect(groups[0] == groups[2])
        #expect(groups[1] == groups[3])
        #expect(Set(groups).count == 4)
        let folds = FoldAssignment.assign(groups: groups, folds: 2, seed: 1)
        #expect(folds[0] == folds[2] && folds[1] == folds[3])
        #expect((2...4).contains(folds.count { $0 == 0 }))
    }

    @Test func foldsAreEvenAndFollowTheSeed() {
        let groups = Array(0..<31)
        let folds = FoldAssignment.assign(groups: groups, folds: 3, seed: 5)
        let sizes = (0..<3).map { fold in folds.count { $0 == fold } }
        #expect(sizes.max() == 11 && sizes.min() == 10)
        #expect(folds == FoldAssignment.assign(groups: groups, folds: 3, seed: 5))
        #expect(folds != FoldAssignment.assign(groups: groups, folds: 3, seed: 6))
    }

    @Test func aHashSurvivesScalingAndLight() {
        func picture(_ side: Int, brighter: Int = 0, turned: Bool = false) -> RGBImage {
            var pixels: [UInt8] = []
            for y in 0..<side {
                for x in 0..<side {
                    let (u, v) = turned ? (side - 1 - x, y) : (x, y)
                    let value = 120 + 60 * ((u * 7 / side + v * 5 / side) % 2) + 40 * u / side + 20 * v / side
                    for _ in 0..<3 { pixels.append(UInt8(min(255, value + brighter))) }
                }
            }
            return RGBImage(width: side, height: side, pixels: pixels)
        }
        let one = PerceptualHash(picture(320))
        #expect(one.distance(PerceptualHash(picture(320))) == 0)
        #expect(one.distance(PerceptualHash(picture(240, brighter: 10))) <= FoldAssignment.nearDistance)
        #expect(one.distance(PerceptualHash(picture(320, turned: true))) > 60)
    }

    /// Random fingerprints; of every fourth, one that differs from it by up to twenty bits; and those with no more bits
    /// than a nearly flat picture has.
    private func mixed(_ count: Int, seed: UInt64) -> [PerceptualHash] {
        var counter: UInt64 = 0
        func bits() -> UInt64 {
            counter += 1
            return CounterBasedNumber.bits(seed: seed, counter: counter)
        }
        var hashes: [PerceptualHash] = []
        for number in 0..<count {
            var words = SIMD4(bits(), bits(), bits(), bits())
            if number % 3 == 1 { words &= SIMD4(repeating: 0x00F0_0000_000F_0100) }
            if number % 4 == 3 {
                words = hashes[Int(bits() % UInt64(number))].words
                for _ in 0..<bits() % 21 { words[Int(bits() % 4)] ^= 1 << (bits() % 64) }
            }
            hashes.append(PerceptualHash(words: words))
        }
        return hashes
    }

    @Test(arguments: [1, 3, 20, 5000]) func nearOnesAreThoseOfAllPairs(small: Int) {
        for seed in 1...4 as ClosedRange<UInt64> {
            let hashes = mixed(1500, seed: seed)
            var expected = DisjointGroups(count: hashes.count)
            for (place, hash) in hashes.enumerated() {
                for other in 0..<place where hash.distance(hashes[other]) <= FoldAssignment.nearDistance {
                    expected.join(place, other)
                }
            }
            var found = NearHashes(
                hashes, bits: FoldAssignment.nearDistance, joining: DisjointGroups(count: hashes.count), small: small
            ).groups
            #expect(hashes.indices.map { found.root($0) } == hashes.indices.map { expected.root($0) })
            #expect(Set(hashes.indices.map { expected.root($0) }).count < hashes.count - 100)
        }
    }

    @Test func comparisonsGrowWithThePicturesAndNotWithTheirPairs() {
        var counter: UInt64 = 0
        func bits() -> UInt64 {
            counter += 1
            return CounterBasedNumber.bits(seed: 9, counter: counter)
        }
        let hashes = (0..<40_000).map { _ in PerceptualHash(words: SIMD4(bits(), bits(), bits(), bits())) }
        let near = NearHashes(hashes, bits: 10, joining: DisjointGroups(count: hashes.count))
        #expect(near.comparisons < 40 * hashes.count)
        // Views of one scene are one group, most of which is not looked at again.
        let scene = (0..<40_000).map { _ in
            PerceptualHash(words: SIMD4(1 << (bits() % 64), 1 << (bits() % 64), 7 | 1 << (bits() % 64), 0))
        }
        let alike = NearHashes(scene, bits: 10, joining: DisjointGroups(count: scene.count))
        var groups = alike.groups
        #expect(Set(scene.indices.map { groups.root($0) }) == [0])
        #expect(alike.comparisons < 40 * scene.count)
    }

    @Test func oneOfEachGroupIsDrawnBeforeASecondOne() {
        // Forty scenes of 1 to 10 views.
        let groups = (0..<40).flatMap { scene in Array(repeating: scene, count: 1 + scene % 10) }
        let folds = FoldAssignment.assign(groups: groups, folds: 4, seed: 3)
        let drawn = FoldAssignment.draw(40, groups: groups, folds: folds, seed: 3)
        #expect(drawn.count == 40 && drawn == drawn.sorted() && Set(drawn).count == 40)
        for fold in 0..<4 {
            let own = drawn.filter { folds[$0] == fold }
            #expect(own.count == 10)
            let scenes = Set(groups.indices.filter { folds[$0] == fold }.map { groups[$0] })
            #expect(Set(own.map { groups[$0] }).count == min(10, scenes.count))
        }
        #expect(drawn == FoldAssignment.draw(40, groups: groups, folds: folds, seed: 3))
        #expect(drawn != FoldAssignment.draw(40, groups: groups, folds: folds, seed: 4))
        #expect(FoldAssignment.draw(1000, groups: groups, folds: folds, seed: 3) == Array(groups.indices))
    }
}
