import Foundation

/// Width and height in pixels of the training image.
public struct AnchorSize: Hashable, Sendable {
    /// Pixels.
    public var width: Double
    /// Pixels.
    public var height: Double

    /// A size in pixels; not checked.
    public init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// Square pixels.
    public var area: Double { width * height }

    /// Both sides times a factor.
    public func scaled(by factor: Double) -> AnchorSize { AnchorSize(width: width * factor, height: height * factor) }

    /// The smaller of both sides' min(r, 1/r), r = box side / anchor side: 1 for equal sizes.
    public func ratio(to anchor: AnchorSize) -> Double {
        let across = width / anchor.width
        let down = height / anchor.height
        return min(min(across, 1 / across), min(down, 1 / down))
    }

    /// Small to large by area, then by width.
    public static func ascending(_ a: AnchorSize, _ b: AnchorSize) -> Bool {
        (a.area, a.width) < (b.area, b.width)
    }
}
