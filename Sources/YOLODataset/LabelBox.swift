import Geometry

/// One label row that detection training can use.
public struct LabelBox: Hashable, Sendable {
    /// Below the dataset's class count, and never negative.
    public var classID: Int32
    /// 1-based line in the label file; 0 for a row that stands in none.
    public var line: UInt32
    /// Fractions of the image as a viewer shows it (after EXIF orientation). Double precision: a label on the border
    /// between two cells must fall to the same side as in the trainers, which read text in double precision.
    public var box: Box
    /// The points of a row of corners, in fractions of the image, where turned boxes are asked for; `box` is that around
    /// them. Nil for an upright box.
    public var corners: [PlanePoint]?

    /// - Parameter box: in fractions of the image.
    @inlinable public init(classID: Int32, box: Box, line: UInt32) {
        self.classID = classID
        self.line = line
        self.box = box
        corners = nil
    }

    /// A turned box by its points, in fractions of the image; nil of no points.
    public init?(classID: Int32, corners: [PlanePoint], line: UInt32) {
        guard let bounds = Polygon(corners).bounds else { return nil }
        self.init(classID: classID, box: Box(bounds), line: line)
        self.corners = corners
    }

    /// Centre and size in fractions of the image.
    @inlinable public init(classID: Int32, cx: Double, cy: Double, width: Double, height: Double, line: UInt32) {
        self.init(classID: classID, box: Box(cx: cx, cy: cy, width: width, height: height), line: line)
    }

    /// Where the object is in an image of these sides, in their unit; of a row of corners, the smallest rectangle around
    /// them, with its longer side first.
    public func place(width: Double, height: Double) -> ObjectBox {
        guard let corners else { return ObjectBox(Edges(box).multiplied(width: width, height: height)) }
        let points = Polygon(corners.map { $0.multiplied(width: width, height: height) })
        return points.smallestRectangle.map { ObjectBox($0.longerSideFirst) }
            ?? ObjectBox(Edges(box).multiplied(width: width, height: height))
    }

    /// Of the centre, from the left, in widths of the image.
    @inlinable public var cx: Double { box.cx }
    /// Of the centre, from the top, in heights of the image.
    @inlinable public var cy: Double { box.cy }
    /// In widths of the image.
    @inlinable public var width: Double { box.width }
    /// In heights of the image.
    @inlinable public var height: Double { box.height }
}
