import NeuralKernels
import Randomness
import Testing

@Suite struct CountSketchTests {
    /// The same sketch one value at a time, as its definition says.
    private func plainSketch(_ values: [Float], first: Int, seed: UInt64, size: Int) -> [Double] {
        var buckets = [Double](repeating: 0, count: size)
        for (index, value) in values.enumerated() {
            let hash = SplitMix64.scramble(UInt64(first + index) &* SplitMix64.step &+ seed)
            buckets[Int(truncatingIfNeeded: hash & UInt64(size - 1))] +=
                hash >> 63 == 1 ? -Double(value) : Double(value)
        }
        return buckets
    }

    /// Bit for bit, over lengths around the run that the vectorised loop hashes at once.
    @Test(arguments: [0, 1, 17, 511, 512, 513, 5_000])
    func vectorisedSketchEqualsItsDefinition(count: Int) {
        var numbers = SeededNumbers(seed: UInt64(count) + 1)
        let values = numbers.array(count)
        var buckets = [Double](repeating: 0, count: 64)
        values.withUnsafeBufferPointer {
            VectorKernels.addToCountSketch($0, first: 1 << 33, seed: 42, buckets: &buckets)
        }
        #expect(buckets == plainSketch(values, first: 1 << 33, seed: 42, size: 64))
    }

    /// A gradient given in parts has the sketch of the whole.
    @Test func partsAddUpToTheWhole() {
        var numbers = SeededNumbers(seed: 9)
        let values = numbers.array(1_300)
        var whole = [Double](repeating: 0, count: 128)
        var parts = whole
        values.withUnsafeBufferPointer { all in
            VectorKernels.addToCountSketch(all, first: 0, seed: 7, buckets: &whole)
            VectorKernels.addToCountSketch(.init(rebasing: all[..<700]), first: 0, seed: 7, buckets: &parts)
            VectorKernels.addToCountSketch(.init(rebasing: all[700...]), first: 700, seed: 7, buckets: &parts)
        }
        #expect(whole == parts)
    }
}
