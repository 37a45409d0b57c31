import YOLODataset
import YOLOModel

/// A box in pixels of the image.
struct PixelBox: Sendable, Hashable {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    var width: Double { max(0, right - left) }
    var height: Double { max(0, bottom - top) }
    var area: Double { width * height }

    func intersection(_ other: PixelBox) -> Double {
        max(0, min(right, other.right) - max(left, other.left))
            * max(0, min(bottom, other.bottom) - max(top, other.top))
    }

    /// 0 for boxes without area.
    func iou(_ other: PixelBox) -> Double {
        let shared = intersection(other)
        return shared > 0 ? shared / (area + other.area - shared) : 0
    }

    /// Whether it comes within a hundredth of a side of the image's border.
    func isAtBorder(width: Double, height: Double) -> Bool {
        min(left / width, top / height, 1 - right / width, 1 - bottom / height) < 0.01
    }

    func clipped(width: Double, height: Double) -> PixelBox {
        PixelBox(
            left: min(max(0, left), width), top: min(max(0, top), height), right: min(max(0, right), width),
            bottom: min(max(0, bottom), height))
    }
}

extension PixelBox {
    init(_ label: LabelBox, width: Double, height: Double) {
        self.init(
            left: (label.cx - label.width / 2) * width, top: (label.cy - label.height / 2) * height,
            right: (label.cx + label.width / 2) * width, bottom: (label.cy + label.height / 2) * height)
    }

    /// As a label row of an image.
    func label(classID: Int, line: UInt32, width: Double, height: Double) -> LabelBox {
        let cut = clipped(width: width, height: height)
        return LabelBox(
            classID: Int32(clamping: classID), cx: (cut.left + cut.right) / 2 / width,
            cy: (cut.top + cut.bottom) / 2 / height, width: cut.width / width, height: cut.height / height, line: line)
    }
}
