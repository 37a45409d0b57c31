/// A box by its four edges, from the left and from the top, in double precision; in pixels unless the name says fractions.
public struct Edges: Hashable, Sendable {
    /// Smaller than `right` where the box has an area.
    public var left: Double
    /// Smaller than `bottom` where the box has an area.
    public var top: Double
    /// From the left, as `left` is.
    public var right: Double
    /// From the top, as `top` is.
    public var bottom: Double

    /// All four in one unit, or in fractions of the two sides of an image.
    @inlinable public init(left: Double, top: Double, right: Double, bottom: Double) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// In the unit of the box.
    @inlinable public init(_ box: Box) {
        self.init(
            left: box.cx - box.width / 2, top: box.cy - box.height / 2, right: box.cx + box.width / 2,
            bottom: box.cy + box.height / 2)
    }

    /// 0 where the edges are the wrong way round.
    @inlinable public var width: Double { max(0, right - left) }
    /// 0 where the edges are the wrong way round.
    @inlinable public var height: Double { max(0, bottom - top) }
    /// Width times height.
    @inlinable public var area: Double { width * height }

    /// The area that both cover.
    @inlinable public func intersection(_ other: Edges) -> Double {
        max(0, min(right, other.right) - max(left, other.left))
            * max(0, min(bottom, other.bottom) - max(top, other.top))
    }

    /// Intersection over union; 0 for boxes without area.
    @inlinable public func iou(_ other: Edges) -> Double {
        let shared = intersection(other)
        return shared > 0 ? shared / (area + other.area - shared) : 0
    }

    /// From fractions to pixels of an image with these sides, or from pixels of one size to another.
    @inlinable public func multiplied(width: Double, height: Double) -> Edges {
        Edges(left: left * width, top: top * height, right: right * width, bottom: bottom * height)
    }

    /// Seen from another origin.
    @inlinable public func moved(left x: Double, up y: Double) -> Edges {
        Edges(left: left - x, top: top - y, right: right - x, bottom: bottom - y)
    }

    /// Cut at the edges of an image with these sides.
    @inlinable public func clipped(width: Double, height: Double) -> Edges {
        Edges(
            left: min(max(0, left), width), top: min(max(0, top), height), right: min(max(0, right), width),
            bottom: min(max(0, bottom), height))
    }

    /// In the mirrored image of that width.
    @inlinable public func mirrored(width: Double) -> Edges {
        Edges(left: width - right, top: top, right: width - left, bottom: bottom)
    }
}
