import CheckedNumbers
import Geometry

/// How an image is fitted into what the model sees: scaled to the longer side, centred on grey.
///
/// The figures follow the frameworks' letterbox, so that losses agree with theirs: scale = size / max(w, h), sides
/// rounded, and the padding split in two with the odd pixel at the right and bottom.
public struct Letterbox: Sendable, Hashable {
    /// The outline of what the model sees.
    public enum Outline: String, Sendable, CaseIterable {
        case square
        /// The smallest rectangle whose sides are multiples of the model's stride.
        case rectangle
        /// As trainers validate: at least half a stride more to each side of that.
        case validation
    }

    /// Of what the model sees, in pixels.
    public let width: Int
    /// Of what the model sees, in pixels.
    public let height: Int
    /// Of the image as a viewer shows it, in its own pixels.
    public let imageWidth: Int
    /// Of the image as a viewer shows it, in its own pixels.
    public let imageHeight: Int
    /// Pixels of the model an image pixel.
    public let scale: Double
    /// Size of the image inside.
    public let scaledWidth: Int
    /// Of the image inside, in pixels of the model.
    public let scaledHeight: Int
    /// Grey columns before the image, in pixels of the model.
    public let padLeft: Int
    /// Grey rows above the image, in pixels of the model.
    public let padTop: Int

    /// The grey of the padding.
    public static let grey: UInt8 = 114

    /// - Parameters:
    ///   - imageWidth: after EXIF orientation, like `imageHeight`; both positive.
    ///   - size: the longer side, in pixels: a multiple of `stride`.
    ///   - stride: the model's largest.
    public init(imageWidth: Int, imageHeight: Int, size: Int, outline: Outline = .square, stride: Int = 32) {
        self.imageWidth = imageWidth
        self.imageHeight = imageHeight
        scale = Double(size) / Double(max(imageWidth, imageHeight))
        let scaled = [imageWidth, imageHeight].map { [scale] in
            min(size, max(1, Int(clamping: (Double($0) * scale).rounded(.toNearestOrEven))))
        }
        let sides = scaled.map { side in
            switch outline {
            case .square: size
            case .rectangle: (side + stride - 1) / stride * stride
            case .validation: (side + stride / 2 + stride - 1) / stride * stride
            }
        }
        (scaledWidth, scaledHeight, width, height) = (scaled[0], scaled[1], sides[0], sides[1])
        padLeft = max(0, Int(clamping: (Double(width - scaledWidth) / 2 - 0.1).rounded(.toNearestOrEven)))
        padTop = max(0, Int(clamping: (Double(height - scaledHeight) / 2 - 0.1).rounded(.toNearestOrEven)))
    }

    /// A box from fractions of the image to fractions of what the model sees.
    public func toModel(_ box: Box) -> Box {
        let (across, down) = (Double(width), Double(height))
        return Box(
            cx: (box.cx * Double(scaledWidth) + Double(padLeft)) / across,
            cy: (box.cy * Double(scaledHeight) + Double(padTop)) / down,
            width: box.width * Double(scaledWidth) / across, height: box.height * Double(scaledHeight) / down)
    }

    /// A box from fractions of what the model sees to fractions of the image.
    public func toImage(_ box: Box) -> Box {
        let (across, down) = (Double(width), Double(height))
        return Box(
            cx: (box.cx * across - Double(padLeft)) / Double(scaledWidth),
            cy: (box.cy * down - Double(padTop)) / Double(scaledHeight),
            width: box.width * across / Double(scaledWidth), height: box.height * down / Double(scaledHeight))
    }

    /// What the model sees.
    public func apply(to image: RGBImage) -> RGBImage {
        let inner =
            image.width == scaledWidth && image.height == scaledHeight
            ? image : image.resized(width: scaledWidth, height: scaledHeight)
        var pixels = [UInt8](repeating: Self.grey, count: 3 * width * height)
        for y in 0..<scaledHeight {
            let from = 3 * y * scaledWidth
            let to = 3 * ((y + padTop) * width + padLeft)
            pixels.replaceSubrange(to..<to + 3 * scaledWidth, with: inner.pixels[from..<from + 3 * scaledWidth])
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// What the model sees as its input: `[1, 3, height, width]`, RGB, 0…1.
    public func planarFloats(of image: RGBImage) -> [Float] {
        let samples = apply(to: image).pixels
        let plane = width * height
        let table = (0...255).map { Float($0) / 255 }
        return [Float](unsafeUninitializedCapacity: 3 * plane) { buffer, filled in
            for index in 0..<plane {
                buffer[index] = table[Int(samples[3 * index])]
                buffer[plane + index] = table[Int(samples[3 * index + 1])]
                buffer[2 * plane + index] = table[Int(samples[3 * index + 2])]
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
            var first = Int(clamping: position.rounded(.down))
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
