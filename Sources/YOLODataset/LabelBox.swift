/// One label row that detection training can use.
///
/// Centre and size are fractions of the image as a viewer shows it (after EXIF orientation). Double precision: a label
/// on the border between two cells must fall to the same side as in the trainers, which read text in double precision.
public struct LabelBox: Hashable, Sendable {
    /// From 0.
    public var classID: Int32
    /// 1-based line in the label file.
    public var line: UInt32
    /// Of the centre, from the left, as a fraction of the image's width.
    public var cx: Double
    /// Of the centre, from the top, as a fraction of the image's height.
    public var cy: Double
    /// As a fraction of the image's width.
    public var width: Double
    /// As a fraction of the image's height.
    public var height: Double

    /// A box from the five numbers of a row; nothing is checked.
    public init(classID: Int32, cx: Double, cy: Double, width: Double, height: Double, line: UInt32) {
        self.classID = classID
        self.line = line
        self.cx = cx
        self.cy = cy
        self.width = width
        self.height = height
    }
}
