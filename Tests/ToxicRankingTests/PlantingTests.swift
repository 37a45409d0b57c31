import Testing
import ToxicRanking
import YOLODataset

/// What large datasets do to planting.
@Suite struct PlantingTests {
    private func label(_ number: Int, of image: Int) -> LabelBox {
        LabelBox(
            classID: Int32(image % 7), cx: Double(image) / 200_000, cy: 0.5, width: 0.1, height: 0.1,
            line: UInt32(number + 1))
    }

    @Test func noTwoLabelsHaveTheSameNumbers() {
        var seen: Set<LabelPlanting.Draws> = []
        let images = [0, 1, 2, 1 << 25, 1 << 26 - 1, 1 << 26, 1 << 26 + 1, 1 << 27, 3 << 26, 1 << 36, 1 << 40]
        for image in images {
            for label in [0, 1, 1 << 10, 1 << 23, 1 << 24 - 1] {
                let draws = LabelPlanting.Draws(seed: 5, image: image, label: label)
                #expect(seen.insert(draws).inserted, "image \(image), label \(label)")
            }
        }
    }

    @Test func ofManyLabelsSoManyAreDrawnFromAllOver() {
        let few = (0..<100).map { image in (0..<3).map { label($0, of: image) } }
        #expect(LabelPlanting(labels: few, seed: 1).pool == few.flatMap(\.self))
        let many = (0..<100_000).map { image in (0..<image % 4).map { label($0, of: image) } }
        let pool = LabelPlanting(labels: many, seed: 1).pool
        #expect(pool.count == LabelPlanting.mostPool)
        #expect(pool == LabelPlanting(labels: many, seed: 1).pool)
        #expect(pool != LabelPlanting(labels: many, seed: 2).pool)
        // A mean of 65,536 uniform numbers from 0 to 1/2: its deviation is 0.0006.
        let mean = pool.reduce(0) { $0 + $1.cx } / Double(pool.count)
        #expect(abs(mean - 0.25) < 0.004)
        #expect(Set(pool.map(\.cx)).count > 30_000)
    }

    /// Wrong versions of all labels of a large dataset would be most of what is kept in memory, and trees do not grow on them.
    @Test func ofALargeDatasetSomeImagesTeachInEveryFold() {
        #expect((0..<100).allSatisfy { LabelPlanting(labels: [[label(0, of: 0)]], seed: 1).takes(image: $0) })
        let planting = LabelPlanting(labels: (0..<60_000).map { [label(0, of: $0)] }, seed: 1)
        let taken = (0..<60_000).filter { planting.takes(image: $0) }
        #expect(taken.count == 12_000)
        for fold in 0..<3 { #expect(taken.count { $0 % 3 == fold } == 4_000) }
    }
}
