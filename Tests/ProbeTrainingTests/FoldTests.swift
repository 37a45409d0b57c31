import FileReading
import Imaging
import ProbeTraining
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
}
