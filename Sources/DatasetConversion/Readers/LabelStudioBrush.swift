/// The masks of Label Studio's brush: the bytes of an RGBA picture as runs, packed bit by bit.
///
/// Five numbers come first: how many bytes there are (32 bits), the bits of a byte less one (5), and the bits of four kinds
/// of run lengths, each less one (4 bits each). Then runs follow: one bit says whether a byte is repeated, two choose the
/// kind of length, the length less one comes, and one byte or as many as the length says.
enum LabelStudioBrush {
    static func mask(_ packed: [Int], _ size: ImageSize) -> RunLengthMask? {
        guard size.height <= RunLengthMask.mostPixels / size.width else { return nil }
        var bits = Bits(packed)
        guard let count = bits.take(32), count == 4 * size.width * size.height, let word = bits.take(5).map({ $0 + 1 })
        else {
            return nil
        }
        var lengths: [Int] = []
        for _ in 0..<4 {
            guard let length = bits.take(4) else { return nil }
            lengths.append(length + 1)
        }
        var pixels = [Bool](repeating: false, count: size.width * size.height)
        var at = 0
        while at < count {
            guard let repeats = bits.take(1), let kind = bits.take(2), let length = bits.take(lengths[kind]) else {
                return nil
            }
            let end = min(count, at + length + 1)
            var value = 0
            for place in at..<end {
                if repeats == 0 || place == at {
                    guard let next = bits.take(word) else { return nil }
                    value = next
                }
                // The fourth byte of a pixel says whether it is painted.
                if place % 4 == 3, value > 0 { pixels[place / 4] = true }
            }
            at = end
        }
        return RunLengthMask(pixels, gridWidth: size.width, left: 0, top: 0, in: size)
    }

    private struct Bits {
        private let bytes: [Int]
        private var at = 0

        init(_ bytes: [Int]) { self.bytes = bytes }

        /// The next number of so many bits, at most 32; nil beyond the end.
        mutating func take(_ count: Int) -> Int? {
            guard at + count <= 8 * bytes.count else { return nil }
            var value = 0
            for _ in 0..<count {
                value = value << 1 | (bytes[at / 8] >> (7 - at % 8)) & 1
                at += 1
            }
            return value
        }
    }
}
