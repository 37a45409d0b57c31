/// Random numbers as a function of seed and counter, so that no order of calls matters.
public enum CounterBasedNumber {
    /// 64 random bits.
    public static func bits(seed: UInt64, counter: UInt64) -> UInt64 {
        SplitMix64.scramble(seed &* 0xD134_2543_DE82_EF95 &+ (counter &+ 1) &* SplitMix64.step)
    }

    /// Uniform in 0..<1: a multiple of 2⁻⁵³.
    public static func unit(seed: UInt64, counter: UInt64) -> Double {
        Double(bits(seed: seed, counter: counter) >> 11) / Double(1 << 53)
    }

    /// Uniform in −1..<1: a multiple of 2⁻²³.
    public static func symmetricUnit(seed: UInt64, counter: UInt64) -> Float {
        Float(Int64(bitPattern: bits(seed: seed, counter: counter)) >> 40) / Float(1 << 23)
    }
}
