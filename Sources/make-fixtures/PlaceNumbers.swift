import CheckedNumbers
import Randomness

/// Random numbers that depend on the place alone.
struct PlaceNumbers {
    private var sequence: NumberSequence

    init(_ place: Int) {
        sequence = NumberSequence(startingAt: UInt64(place) &* SplitMix64.step &+ 0x1234_5678_9ABC_DEF1)
    }

    /// 0 ..< bound
    mutating func below(_ bound: Int) -> Int { Int(sequence.next() >> 33) % bound }
}
