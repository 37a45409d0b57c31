import Foundation
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

    /// A cell's centre in cells.
    func centre(_ anchor: Int) -> (x: Double, y: Double, stride: Double) {
        let (level, cell) = place(anchor)
        let columns = input.w / strides[level]
        return (Double(cell % columns) + 0.5, Double(cell / columns) + 0.5, Double(strides[level]))
    }

    /// The anchors whose centre lies inside a box in pixels, with all four distances above 1e-9.
    func points(inside box: CornerBox<Double>) -> [Int] {
        var found: [Int] = []
        for (level, stride) in strides.enumerated() {
            let (columns, rows) = (input.w / stride, input.h / stride)
            let step = Double(stride)
            func range(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
                guard low.isFinite, high.isFinite, low < high else { return 0..<0 }
                let first = max(0, min(Double(count), (low / step - 0.5).rounded(.down)))
                let last = max(first, min(Double(count), (high / step + 0.5).rounded(.up)))
                return Int(first)..<Int(last)
            }
            for row in range(box.top, box.bottom, rows) {
                let y = (Double(row) + 0.5) * step
                guard y - box.top > 1e-9, box.bottom - y > 1e-9 else { continue }
                for column in range(box.left, box.right, columns) {
                    let x = (Double(column) + 0.5) * step
                    guard x - box.left > 1e-9, box.right - x > 1e-9 else { continue }
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

/// Reads boxes from distance distributions, each once.
struct DistanceDecoder {
    private let outputs: [[Float]]
    private let grid: AnchorPointGrid
    private var known: [Int: CornerBox<Double>] = [:]

    init(outputs: [[Float]], grid: AnchorPointGrid) {
        self.outputs = outputs
        self.grid = grid
    }

    /// An anchor's box in pixels.
    mutating func box(_ anchor: Int) -> CornerBox<Double> {
        if let box = known[anchor] { return box }
        let (level, cell) = grid.place(anchor)
        let distances = MatchedDistances.expectations(outputs[2 * level], plane: grid.plane(level), cell: cell)
        let (x, y, stride) = grid.centre(anchor)
        let box = CornerBox(
            left: (x - distances[0]) * stride, top: (y - distances[1]) * stride, right: (x + distances[2]) * stride,
            bottom: (y + distances[3]) * stride)
        known[anchor] = box
        return box
    }
}

/// The four distances of one matched anchor: their distributions, the CIoU of the box that they make, and the focal loss.
struct MatchedDistances {
    /// Softmax of each side's logits.
    private let probabilities: [[Double]]
    private let expectation: SIMD4<Double>
    /// With its derivatives by the four distances.
    let iou: Dual
    /// Mean over the sides of the cross-entropies of the two bins around the target.
    let focalLoss: Double
    private let target: SIMD4<Double>

    init(logits: [Float], plane: Int, cell: Int, target: SIMD4<Double>) {
        let bins = YOLOv8Loss.bins
        var probabilities: [[Double]] = []
        var expectation = SIMD4<Double>.zero
        var loss = 0.0
        // A hair below the last bin, so that there always is a right one.
        let clamped = target.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: Double(bins - 1) - 0.01))
        for side in 0..<4 {
            let values = Self.softmax(logits, plane: plane, cell: cell, side: side)
            probabilities.append(values)
            for (bin, value) in values.enumerated() { expectation[side] += value * Double(bin) }
            let left = Int(clamped[side])
            let right = clamped[side] - Double(left)
            loss -= (1 - right) * log(max(values[left], 1e-300)) + right * log(max(values[left + 1], 1e-300))
        }
        self.probabilities = probabilities
        self.expectation = expectation
        self.target = clamped
        focalLoss = loss / 4
        func distance(_ side: Int) -> Dual { Dual.variable(expectation[side], side) }
        iou = CompleteIoU.cornerForm(
            CornerBox(
                left: Dual(0) - distance(0), top: Dual(0) - distance(1), right: distance(2), bottom: distance(3)),
            CornerBox(left: -target[0], top: -target[1], right: target[2], bottom: target[3]))
    }

    static func softmax(_ logits: [Float], plane: Int, cell: Int, side: Int) -> [Double] {
        let values = (0..<YOLOv8Loss.bins).map { Double(logits[(side * YOLOv8Loss.bins + $0) * plane + cell]) }
        let highest = values.max() ?? 0
        let raised = values.map { exp($0 - highest) }
        let total = raised.reduce(0, +)
        return raised.map { $0 / total }
    }

    /// The mean of each side's distribution, in cells.
    static func expectations(_ logits: [Float], plane: Int, cell: Int) -> SIMD4<Double> {
        var result = SIMD4<Double>.zero
        for side in 0..<4 {
            for (bin, value) in softmax(logits, plane: plane, cell: cell, side: side).enumerated() {
                result[side] += value * Double(bin)
            }
        }
        return result
    }

    /// Adds the gradient of boxFactor·(1 − CIoU) + focalFactor·focal loss at the anchor's logits.
    func addGradient(boxFactor: Double, focalFactor: Double, to gradient: inout [Float], plane: Int, cell: Int) {
        for side in 0..<4 {
            let left = Int(target[side])
            let right = target[side] - Double(left)
            for (bin, probability) in probabilities[side].enumerated() {
                let byDistance = probability * (Double(bin) - expectation[side])
                let wanted = bin == left ? 1 - right : bin == left + 1 ? right : 0
                let slope = -boxFactor * iou.gradient[side] * byDistance + focalFactor / 4 * (probability - wanted)
                gradient[(side * YOLOv8Loss.bins + bin) * plane + cell] += Float(slope)
            }
        }
    }
}
