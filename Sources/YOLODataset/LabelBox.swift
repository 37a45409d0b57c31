/// One label row that detection training can use: 24 bytes, so that a million images fit in memory.
///
/// Centre and size are fractions of the image as a viewer shows it (after EXIF orientation).
public struct LabelBox: Hashable, Sendable {
    public var classID: Int32
    public var cx: Float
    public var cy: Float
    public var width: Float
    public var height: Float
    /// 1-based line in the label file.
    public var line: UInt32

    public init(classID: Int32, cx: Float, cy: Float, width: Float, height: Float, line: UInt32) {
        self.classID = classID
        self.cx = cx
        self.cy = cy
        self.width = width
        self.height = height
        self.line = line
    }
}
