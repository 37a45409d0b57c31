import CVectorKernels
import Testing

@Suite struct CopyTests {
    /// Layouts and offsets on both sides, channels, pixels.
    @Test(arguments: [
        (16, 0, 1, 0, 32, 35), (1, 0, 16, 0, 32, 35), (16, 16, 1, 3, 20, 64), (1, 5, 16, 32, 48, 17),
        (16, 3, 1, 0, 20, 33),
        (1, 0, 16, 7, 9, 40), (16, 16, 16, 32, 16, 21), (16, 5, 16, 2, 7, 8), (1, 2, 1, 4, 6, 50), (8, 0, 1, 0, 24, 19),
    ])
    func everyValueArrives(fromBlock: Int, fromOffset: Int, toBlock: Int, toOffset: Int, channels: Int, pixels: Int) {
        var numbers = SeededNumbers(seed: UInt64(fromBlock * 7 + channels))
        func held(_ block: Int, _ offset: Int) -> Int { (offset + channels + block - 1) / block * block * pixels }
        func place(_ block: Int, _ channel: Int, _ pixel: Int) -> Int {
            (channel / block * pixels + pixel) * block + channel % block
        }
        let from = numbers.array(held(fromBlock, fromOffset))
        let before = numbers.array(held(toBlock, toOffset))
        for accumulates in [false, true] {
            var expected = before
            for channel in 0..<channels {
                for pixel in 0..<pixels {
                    let at = place(toBlock, toOffset + channel, pixel)
                    let value = from[place(fromBlock, fromOffset + channel, pixel)]
                    expected[at] = accumulates ? expected[at] + value : value
                }
            }
            var to = before
            assay_copy_channels(
                from, Int32(fromBlock), fromOffset, &to, Int32(toBlock), toOffset, Int32(channels), pixels,
                accumulates ? 1 : 0)
            #expect(to == expected)
        }
    }
}
