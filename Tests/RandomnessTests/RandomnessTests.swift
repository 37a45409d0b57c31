import Randomness
import Testing

@Suite struct RandomnessTests {
    /// The first numbers of the authors' own program for the seed 1234567.
    @Test func sequenceIsSplitMix64() {
        var numbers = NumberSequence(startingAt: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in numbers.next() } == expected)
    }

    /// These are in every result that hangs on a seed: folds, augmentation, anchors, planted labels.
    @Test(
        arguments: [
            (0, 0, 0xE220_A839_7B1D_CDAF), (1, 0, 0xF4A9_0164_C474_9E1A), (42, 7, 0x2C2F_7DB2_E54B_AE6A),
            (UInt64.max, UInt64.max, 0x316C_0D67_BDE6_11A0),
        ] as [(UInt64, UInt64, UInt64)])
    func numbersByCounterStay(seed: UInt64, counter: UInt64, bits: UInt64) {
        #expect(CounterBasedNumber.bits(seed: seed, counter: counter) == bits)
        let unit = CounterBasedNumber.unit(seed: seed, counter: counter)
        #expect(unit == Double(bits >> 11) * 0x1p-53 && unit < 1)
        let symmetric = CounterBasedNumber.symmetricUnit(seed: seed, counter: counter)
        #expect(symmetric == Float(Int64(bitPattern: bits) >> 40) * 0x1p-23 && symmetric < 1)
    }
}
