import FileReading
import ProbeTraining
import Testing

@Suite struct FoldTests {
    @Test func copiesShareAFoldAndFoldsAreOfOneSize() {
        let digests = (0..<60).map { ContentDigest.of("image \($0 / 2)") }
        let folds = FoldAssignment.assign(digests: digests, folds: 3, seed: 1)
        for pair in 0..<30 { #expect(folds[2 * pair] == folds[2 * pair + 1]) }
        for fold in 0..<3 { #expect(folds.count { $0 == fold } == 20) }
        #expect(folds == FoldAssignment.assign(digests: digests, folds: 3, seed: 1))
        #expect(folds != FoldAssignment.assign(digests: digests, folds: 3, seed: 2))
    }
}
