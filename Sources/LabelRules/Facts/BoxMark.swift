import CheckedNumbers
import Geometry

/// What one box adds to a profile.
struct BoxMark: Hashable, Sendable {
    var classID: Int32
    /// Of `DatasetProfile.sizes`, `aspects` and `heat`.
    var size: UInt8
    var aspect: UInt8
    var cell: UInt8

    /// - Parameters:
    ///   - imageSize: of the image in pixels; nil where it is not known.
    ///   - trainingSize: side of the training square.
    init(classID: Int32, _ box: Box, imageSize: (width: Int, height: Int)?, trainingSize: Int) {
        self.classID = classID
        let (width, height) = imageSize.map { (Double($0.width), Double($0.height)) } ?? (1, 1)
        let scale = Double(trainingSize) / max(width, height, 1)
        let (across, down) = (box.width * width * scale, box.height * height * scale)
        size = UInt8(DatasetProfile.bin(across * down, perDoubling: 2, first: 0, count: DatasetProfile.sizeBins))
        aspect = UInt8(
            DatasetProfile.bin(across / down, perDoubling: 4, first: -24, count: DatasetProfile.aspectBins))
        func part(_ value: Double) -> Int { Int(clamping: min(max(value * 16, 0), 15)) }
        cell = UInt8(part(box.cy) * 16 + part(box.cx))
    }

    init(classID: Int32, size: UInt8, aspect: UInt8, cell: UInt8) {
        self.classID = classID
        self.size = size
        self.aspect = aspect
        self.cell = cell
    }
}
