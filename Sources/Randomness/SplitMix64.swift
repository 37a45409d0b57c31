/// SplitMix64: the n-th number is the n-th multiple of a constant, scrambled.
///
/// Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014. `assay_count_sketch` in CVectorKernels
/// has a vectorised twin of `scramble`, which a test holds to this one.
public enum SplitMix64 {
    /// 2⁶⁴ divided by the golden ratio, odd: what the state grows by from one number to the next.
    public static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The finaliser: a bijection whose every output bit depends on every input bit.
    public static func scramble(_ state: UInt64) -> UInt64 {
        var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Numbers one after the other, from a start alone.
public struct NumberSequence: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator whose next number follows from this state.
    public init(startingAt state: UInt64) { self.state = state }

    /// The next number, any of 2⁶⁴.
    public mutating func next() -> UInt64 {
        state &+= SplitMix64.step
        return SplitMix64.scramble(state)
    }
}
