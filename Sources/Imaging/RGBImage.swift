/// Decoded pixels: interleaved 8-bit RGB, rows top to bottom, no padding.
public struct RGBImage: Sendable, Hashable {
    public let width: Int
    public let height: Int
    /// `3 * width * height` bytes.
    public var pixels: [UInt8]

    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == 3 * width * height)
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
