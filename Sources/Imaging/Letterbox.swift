/// How an image is fitted into the square that the model sees: scaled to the longer side, centred on grey.
///
/// The figures follow the frameworks' letterbox, so that losses agree with theirs: scale = size / max(w, h), sides
/// rounded, and the padding split in two with the odd pixel at the right and bottom.
public struct Letterbox: Sendable, Hashable {
    /// Side of the square in pixels.
    public let size: Int
    public let imageWidth: Int
    public let imageHeight: Int
    /// Square pixels an image pixel.
    public let scale: Double
    /// Size of the image inside the square.
    public let scaledWidth: Int
    public let scaledHeight: Int
    public let padLeft: Int
    public let padTop: Int

    /// The grey of the padding.
    public static let grey: UInt8 = 114

    /// - Parameter imageWidth: after EXIF orientation, like `imageHeight`; both positive.
    public init(imageWidth: Int, imageHeight: Int, size: Int) {
        self.size = size
        self.imageWidth = imageWidth
        self.imageHeight = imageHeight
        scale = Double(size) / Double(max(imageWidth, imageHeight))
        scaledWidth = min(size, max(1, Int((Double(imageWidth) * scale).rounded(.toNearestOrEven))))
        scaledHeight = min(size, max(1, Int((Double(imageHeight) * scale).rounded(.toNearestOrEven))))
        padLeft = max(0, Int((Double(size - scaledWidth) / 2 - 0.1).rounded(.toNearestOrEven)))
        padTop = max(0, Int((Double(size - scaledHeight) / 2 - 0.1).rounded(.toNearestOrEven)))
    }

    /// A box from fractions of the image to fractions of the square.
    public func toSquare(cx: Double, cy: Double, width: Double, height: Double) -> (
        cx: Double, cy: Double, width: Double, height: Double
    ) {
        let side = Double(size)
        return (
            (cx * Double(scaledWidth) + Double(padLeft)) / side, (cy * Double(scaledHeight) + Double(padTop)) / side,
            width * Double(scaledWidth) / side, height * Double(scaledHeight) / side
        )
    }

    /// A box from fractions of the square to fractions of the image.
    public func toImage(cx: Double, cy: Double, width: Double, height: Double) -> (
        cx: Double, cy: Double, width: Double, height: Double
    ) {
        let side = Double(size)
        return (
            (cx * side - Double(padLeft)) / Double(scaledWidth), (cy * side - Double(padTop)) / Double(scaledHeight),
            width * side / Double(scaledWidth), height * side / Double(scaledHeight)
        )
    }

    /// The letterboxed square.
    public func apply(to image: RGBImage) -> RGBImage {
        let inner =
            image.width == scaledWidth && image.height == scaledHeight
            ? image : image.resized(width: scaledWidth, height: scaledHeight)
        var pixels = [UInt8](repeating: Self.grey, count: 3 * size * size)
        for y in 0..<scaledHeight {
            let from = 3 * y * scaledWidth
            let to = 3 * ((y + padTop) * size + padLeft)
            pixels.replaceSubrange(to..<to + 3 * scaledWidth, with: inner.pixels[from..<from + 3 * scaledWidth])
        }
        return RGBImage(width: size, height: size, pixels: pixels)
    }

    /// The letterboxed square as the model's input: `[1, 3, size, size]`, RGB, 0…1.
    public func planarFloats(of image: RGBImage) -> [Float] {
        let square = apply(to: image).pixels
        let plane = size * size
        let table = (0...255).map { Float($0) / 255 }
        return [Float](unsafeUninitializedCapacity: 3 * plane) { buffer, filled in
            for index in 0..<plane {
                buffer[index] = table[Int(square[3 * index])]
                buffer[plane + index] = table[Int(square[3 * index + 1])]
                buffer[2 * plane + index] = table[Int(square[3 * index + 2])]
            }
            filled = 3 * plane
        }
    }
}

extension RGBImage {
    /// Bilinear resize with half-pixel centres and 11-bit fixed-point weights, as the frameworks' loader does.
    public func resized(width newWidth: Int, height newHeight: Int) -> RGBImage {
        guard newWidth != width || newHeight != height else { return self }
        let columns = Self.taps(from: width, to: newWidth)
        let rows = Self.taps(from: height, to: newHeight)
        var resized = [UInt8](repeating: 0, count: 3 * newWidth * newHeight)
        pixels.withUnsafeBufferPointer { source in
            resized.withUnsafeMutableBufferPointer { target in
                for y in 0..<newHeight {
                    let row = rows[y]
                    let top = 3 * row.first * width
                    let bottom = 3 * row.second * width
                    for x in 0..<newWidth {
                        let column = columns[x]
                        for channel in 0..<3 {
                            let left = 3 * column.first + channel
                            let right = 3 * column.second + channel
                            let upper =
                                Int32(source[top + left]) * column.firstWeight
                                + Int32(source[top + right]) * column.secondWeight
                            let lower =
                                Int32(source[bottom + left]) * column.firstWeight
                                + Int32(source[bottom + right]) * column.secondWeight
                            let sum =
                                ((row.firstWeight * (upper >> 4)) >> 16) + ((row.secondWeight * (lower >> 4)) >> 16)
                            target[3 * (y * newWidth + x) + channel] = UInt8(clamping: (sum + 2) >> 2)
                        }
                    }
                }
            }
        }
        return RGBImage(width: newWidth, height: newHeight, pixels: resized)
    }

    /// Which two source samples make one target sample, and their weights, which add up to 2048.
    private struct Tap {
        var first: Int
        var second: Int
        var firstWeight: Int32
        var secondWeight: Int32
    }

    private static func taps(from count: Int, to newCount: Int) -> [Tap] {
        let step = Double(count) / Double(newCount)
        return (0..<newCount).map { index in
            var position = Float((Double(index) + 0.5) * step - 0.5)
            var first = Int(position.rounded(.down))
            position -= Float(first)
            if first < 0 { (first, position) = (0, 0) }
            if first >= count - 1 { (first, position) = (count - 1, 0) }
            let second = Int32((position * 2048).rounded(.toNearestOrEven))
            return Tap(
                first: first, second: min(first + 1, count - 1),
                firstWeight: Int32(((1 - position) * 2048).rounded(.toNearestOrEven)), secondWeight: second)
        }
    }

    /// The part inside the rectangle, cut to the image.
    public func cropped(x: Int, y: Int, width cropWidth: Int, height cropHeight: Int) -> RGBImage {
        let left = min(max(0, x), width)
        let top = min(max(0, y), height)
        let right = min(max(left, x + cropWidth), width)
        let bottom = min(max(top, y + cropHeight), height)
        var cut: [UInt8] = []
        cut.reserveCapacity(3 * (right - left) * (bottom - top))
        for row in top..<bottom { cut += pixels[3 * (row * width + left)..<3 * (row * width + right)] }
        return RGBImage(width: right - left, height: bottom - top, pixels: cut)
    }
}
