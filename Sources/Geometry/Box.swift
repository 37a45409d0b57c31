/// A box by its centre and its size, in double precision.
///
/// Label rows have it in fractions of the image as a viewer shows it; whatever else it is in, the name says.
public struct Box: Hashable, Sendable {
    /// Of the centre, from the left.
    public var cx: Double
    /// Of the centre, from the top.
    public var cy: Double
    /// From the left edge to the right one; a damaged row's may be negative.
    public var width: Double
    /// From the top edge to the bottom one; a damaged row's may be negative.
    public var height: Double

    /// All four in one unit, or in fractions of the two sides of an image.
    @inlinable public init(cx: Double, cy: Double, width: Double, height: Double) {
        self.cx = cx
        self.cy = cy
        self.width = width
        self.height = height
    }

    /// In the unit of the edges; a size is never negative.
    @inlinable public init(_ edges: Edges) {
        self.init(
            cx: (edges.left + edges.right) / 2, cy: (edges.top + edges.bottom) / 2, width: edges.width,
            height: edges.height)
    }

    /// From fractions to pixels of an image with these sides.
    @inlinable public func multiplied(width: Double, height: Double) -> Box {
        Box(cx: cx * width, cy: cy * height, width: self.width * width, height: self.height * height)
    }

    /// From pixels of an image with these sides to fractions.
    @inlinable public func divided(width: Double, height: Double) -> Box {
        Box(cx: cx / width, cy: cy / height, width: self.width / width, height: self.height / height)
    }
}
