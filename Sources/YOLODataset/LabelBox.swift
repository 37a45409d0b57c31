/// One label row that detection training can use.
///
/// Centre and size are fractions of the image as a viewer shows it (after EXIF orientation). Double precision: a label
/// on the border between two cells must fall to the same side as in the trainers, which read text in double precision.
public struct LabelBox: Hashable, Sendable {
    public var classID: Int32
    /// 1-based line in the label file.
    public var line: UInt32
    public var cx: Double
    public var cy: Double
    public var width: Double
    public var height: Double

    public init(classID: Int32, cx: Double, cy: Double, width: Double, height: Double, line: UInt32) {
        self.classID = classID
        self.line = line
        self.cx = cx
        self.cy = cy
        self.width = width
        self.height = height
    }
}
