import CheckedNumbers
import Foundation
import Geometry
import NeuralKernels

/// The cell centres of all levels, numbered level by level in reading order.
struct AnchorPointGrid {
    let strides: [Int]
    let input: TensorShape
    /// The first anchor of each level, and the number of all.
    private let starts: [Int]

    init(strides: [Int], input: TensorShape) {
        self.strides = strides
        self.input = input
        var starts = [0]
        for stride in strides { starts.append(starts[starts.count - 1] + (input.w / stride) * (input.h / stride)) }
        self.starts = starts
    }

    var count: Int { starts[strides.count] }

    /// Cells of a level.
    func plane(_ level: Int) -> Int { starts[level + 1] - starts[level] }

    func place(_ anchor: Int) -> (level: Int, cell: Int) {
        let level = strides.indices.last { starts[$0] <= anchor } ?? 0
        return (level, anchor - starts[level])
    }

    /// What a cell of a level is of the image: of its width for left and right, of its height for top and bottom.
    func fractions(_ level: Int) -> SIMD4<Double> {
        let stride = Double(strides[level])
        let (across, down) = (stride / Double(input.w), stride / Double(input.h))
        return SIMD4(across, down, across, down)
    }

    /// A cell's centre in cells.
    func centre(_ anchor: Int) -> (x: Double, y: Double, stride: Double) {
        let (level, cell) = place(anchor)
        let columns = input.w / strides[level]
        return (Double(cell % columns) + 0.5, Double(cell / columns) + 0.5, Double(strides[level]))
    }

    /// The anchors whose centre lies inside a box in pixels, with all four distances above 1e-9.
    func points(inside box: CornerBox<Double>) -> [Int] {
        points(near: box) { x, y in
            x - box.left > 1e-9 && box.right - x > 1e-9 && y - box.top > 1e-9 && box.bottom - y > 1e-9
        }
    }

    /// The anchors whose centre lies inside a turned box in pixels, or on its border.
    func points(inside box: RotatedBox) -> [Int] {
        let bounds = box.bounds
        let around = CornerBox(left: bounds.left, top: bounds.top, right: bounds.right, bottom: bounds.bottom)
        return points(near: around) { x, y in
            let place = box.ownDirections(of: PlanePoint(x, y))
            return abs(place.x) <= box.width / 2 && abs(place.y) <= box.height / 2
        }
    }

    /// The anchors in and about a box in pixels whose centre fulfils a condition.
    private func points(near box: CornerBox<Double>, where isInside: (_ x: Double, _ y: Double) -> Bool) -> [Int] {
        var found: [Int] = []
        for (level, stride) in strides.enumerated() {
            let (columns, rows) = (input.w / stride, input.h / stride)
            let step = Double(stride)
            func range(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
                guard low.isFinite, high.isFinite, low < high else { return 0..<0 }
                let first = max(0, min(Double(count), (low / step - 0.5).rounded(.down)))
                let last = max(first, min(Double(count), (high / step + 0.5).rounded(.up)))
                return Int(clamping: first)..<Int(clamping: last)
            }
            for row in range(box.top, box.bottom, rows) {
                let y = (Double(row) + 0.5) * step
                for column in range(box.left, box.right, columns)
                where isInside((Double(column) + 0.5) * step, y) {
                    found.append(starts[level] + row * columns + column)
                }
            }
        }
        return found
    }

    /// A box in pixels as distances left, top, right and bottom of an anchor, in cells.
    func distances(_ box: CornerBox<Double>, from anchor: Int) -> SIMD4<Double> {
        let (x, y, stride) = centre(anchor)
        return SIMD4(x - box.left / stride, y - box.top / stride, box.right / stride - x, box.bottom / stride - y)
    }
}
