import CheckedNumbers
import Testing

@Suite("Numbers that become counts")
struct WholeNumberTests {
    @Test(arguments: [
        (3.9, 3), (-3.9, -3), (0, 0), (1e300, Int.max), (-1e300, .min), (0x1p63, .max), (-0x1p63, .min),
        (0x1.fffffffffffffp62, Int(exactly: 0x1.fffffffffffffp62) ?? 0), (.infinity, .max), (-.infinity, .min),
        (.nan, 0),
    ])
    func noDoubleEndsTheProcess(_ value: Double, _ expected: Int) {
        #expect(Int(clamping: value) == expected)
    }

    @Test(arguments: [(2.5 as Float, 2), (.greatestFiniteMagnitude, Int.max), (-.infinity, .min), (.nan, 0)])
    func noFloatEndsTheProcess(_ value: Float, _ expected: Int) {
        #expect(Int(clamping: value) == expected)
    }

    @Test func productsAndSumsSayWhereTheyDoNotFit() {
        #expect(6.checkedTimes(7) == 42)
        #expect((1 << 32).checkedTimes(1 << 31) == nil)
        #expect((-1).checkedTimes(1) == nil)
        #expect(Int.max.checkedPlus(1) == nil)
        #expect(40.checkedPlus(2) == 42)
        #expect([2, 3, 4].checkedProduct() == 24)
        #expect([Int]().checkedProduct() == 1)
        #expect([1 << 31, 8, 1 << 30].checkedProduct() == nil)
        #expect([0, Int.max].checkedProduct() == 0)
        #expect([2, -1].checkedProduct() == nil)
    }

    @Test(arguments: [
        (0, 3, true), (1, 2, true), (3, 0, true), (3, 1, false), (4, 0, false), (-1, 1, false), (0, -1, false),
    ])
    func slicesLieWithin(_ start: Int, _ count: Int, _ isThere: Bool) {
        #expect(([7, 8, 9].slice(at: start, count: count) != nil) == isThere)
    }

    @Test func slicesOfSlicesKeepTheirPlaces() {
        let part = [5, 6, 7, 8][2...]
        #expect(part.slice(at: 1, count: 1) == nil)
        #expect(part.slice(at: 2, count: 2).map(Array.init) == [7, 8])
        #expect(part.slice(at: 0, count: .max) == nil)
        #expect(part.element(at: 3) == 8)
        #expect(part.element(at: 4) == nil)
    }
}
