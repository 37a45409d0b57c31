import Geometry

/// From 8.4 on, anchor points are looked for in a box that is at least so wide and so high; IoU and targets stay those of
/// the label's own box.
struct SmallSides {
    /// In pixels: a side under it…
    let least: Double
    /// …is taken as this, about the centre.
    let taken: Double

    /// Nil where the release takes boxes as they are.
    init?(_ release: LossRelease, strides: [Int]) {
        guard let first = strides.first, release != .upTo83 else { return nil }
        let second = strides.count > 1 ? strides[1] : first
        taken = Double(second)
        least = Double(release == .from840 ? first : second)
    }

    /// The turned box in which anchor points are looked for.
    func widened(_ box: RotatedBox) -> RotatedBox {
        var box = box
        if box.width < least { box.width = taken }
        if box.height < least { box.height = taken }
        return box
    }

    /// The box in which anchor points are looked for.
    func widened(_ box: CornerBox<Double>) -> CornerBox<Double> {
        func ends(_ low: Double, _ high: Double) -> (Double, Double) {
            guard high - low < least else { return (low, high) }
            let centre = (low + high) / 2
            return (centre - taken / 2, centre + taken / 2)
        }
        let (left, right) = ends(box.left, box.right)
        let (top, bottom) = ends(box.top, box.bottom)
        return CornerBox(left: left, top: top, right: right, bottom: bottom)
    }
}
