import CVectorKernels
import FileReading
import Testing

@Suite struct SHA256Tests {
    /// The CPU's own instructions and their twin in plain C, over runs of blocks.
    @Test(arguments: [0, 1, 2, 3, 17])
    func instructionsEqualTheirTwin(blocks: Int) {
        let bytes = (0..<64 * blocks).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ blocks) }
        var byInstructions: [UInt32] = (0..<8).map { 0x9E37_79B9 &* ($0 + 1) }
        var plain = byInstructions
        assay_sha256_take(&byInstructions, bytes, blocks)
        assay_sha256_take_plain(&plain, bytes, blocks)
        #expect(byInstructions == plain)
    }

    /// FIPS 180-4's message of two blocks, and lengths around where the padding needs one more.
    @Test(arguments: [
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    ])
    func knownDigests(text: String, hex: String) { #expect(ContentDigest.of(text).hex == hex) }
}
