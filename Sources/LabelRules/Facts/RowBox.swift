import YOLODataset

/// The edges of a row's box, as fractions of the image.
struct RowBox {
    let left: Double
    let top: Double
    let right: Double
    let bottom: Double

    init?(_ row: LabelRow) {
        guard let box = row.box else { return nil }
        left = box.cx - box.width / 2
        top = box.cy - box.height / 2
        right = box.cx + box.width / 2
        bottom = box.cy + box.height / 2
    }

    var width: Double { right - left }
    var height: Double { bottom - top }
    var isWhollyOutside: Bool { left >= 1 || top >= 1 || right <= 0 || bottom <= 0 }

    func iou(_ other: RowBox) -> Double {
        let across = min(right, other.right) - max(left, other.left)
        let down = min(bottom, other.bottom) - max(top, other.top)
        guard across > 0, down > 0 else { return 0 }
        return across * down / (width * height + other.width * other.height - across * down)
    }
}
