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
        guard !fits(box.cx, box.cy, box.width, box.height) else { return }
        outside += 1
        if fits(box.cx, box.cy, box.height, box.width) { mended += 1 }
    }

    private func fits(_ cx: Double, _ cy: Double, _ width: Double, _ height: Double) -> Bool {
        let margin = 0.005
        return cx - width / 2 >= -margin && cy - height / 2 >= -margin && cx + width / 2 <= 1 + margin
            && cy + height / 2 <= 1 + margin
    }

    mutating func add(_ other: SwapEvidence) {
        outside += other.outside
        mended += other.mended
        boxes += other.boxes
    }
}
