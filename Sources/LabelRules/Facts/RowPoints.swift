import YOLODataset

/// A key point of a label row, in fractions of the image.
struct RowKeypoint {
    let x: Double
    let y: Double
    /// 0 not labelled, 1 hidden, 2 visible; without such a number 2, and 0 at 0 0.
    let visibility: Double

    var isLabelled: Bool { visibility > 0 }
}

extension LabelRow {
    /// The key points of a row of a pose dataset; none of other rows.
    func keypoints(_ shape: [Int]?) -> [RowKeypoint] {
        guard kind == .pose, let shape, shape.count == 2, (2...3).contains(shape[1]) else { return [] }
        let values = values
        return stride(from: 5, to: values.count - shape[1] + 1, by: shape[1]).map { at in
            let (x, y) = (values[at], values[at + 1])
            return RowKeypoint(x: x, y: y, visibility: shape[1] == 3 ? values[at + 2] : x == 0 && y == 0 ? 0 : 2)
        }
    }
}
