import Geometry
import YOLODataset

/// Boxes that reach outside their image, and how many of them would not if width and height changed places.
struct SwapEvidence: Sendable, Hashable {
    private(set) var outside = 0
    private(set) var mended = 0
    private(set) var boxes = 0

    /// Boxes whose sides are nearly equal say nothing; a spill of rounding is none.
    mutating func add(_ box: LabelBox) {
        guard max(box.cx, box.cy, box.width, box.height) <= 1.01 else { return }
        boxes += 1
        guard !Self.fits(box.box) else { return }
        outside += 1
        if Self.fits(Box(cx: box.cx, cy: box.cy, width: box.height, height: box.width)) { mended += 1 }
    }

    private static func fits(_ box: Box) -> Bool {
        let margin = 0.005
        let edges = Edges(box)
        return edges.left >= -margin && edges.top >= -margin && edges.right <= 1 + margin && edges.bottom <= 1 + margin
    }

    mutating func add(_ other: SwapEvidence) {
        outside += other.outside
        mended += other.mended
        boxes += other.boxes
    }
}
