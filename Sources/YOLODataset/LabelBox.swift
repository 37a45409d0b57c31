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

    /// - Parameter box: in fractions of the image.
    @inlinable public init(classID: Int32, box: Box, line: UInt32) {
        self.classID = classID
        self.line = line
        self.box = box
    }

    /// Centre and size in fractions of the image.
    @inlinable public init(classID: Int32, cx: Double, cy: Double, width: Double, height: Double, line: UInt32) {
        self.init(classID: classID, box: Box(cx: cx, cy: cy, width: width, height: height), line: line)
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
