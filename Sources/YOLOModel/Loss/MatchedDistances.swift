import CheckedNumbers
import Foundation

/// How a head says distances: as a distribution over so many bins of a cell each, or, with one bin, as they are.
struct DistanceCoding: Hashable, Sendable {
    let bins: Int

    /// Channels of the box output.
    var channels: Int { 4 * bins }

    /// Whether distances are the means of distributions.
    var hasDistribution: Bool { bins > 1 }

    /// The probabilities of the bins of a side.
    func softmax(_ logits: [Float], plane: Int, cell: Int, side: Int) -> [Double] {
        let values = (0..<bins).map { Double(logits[(side * bins + $0) * plane + cell]) }
        let highest = values.max() ?? 0
        let raised = values.map { exp($0 - highest) }
        let total = raised.reduce(0, +)
        return raised.map { $0 / total }
    }

    /// The distances left, top, right and bottom, in cells.
    func distances(_ logits: [Float], plane: Int, cell: Int) -> SIMD4<Double> {
        var result = SIMD4<Double>.zero
        for side in 0..<4 {
            guard hasDistribution else {
                result[side] = Double(logits[side * plane + cell])
                continue
            }
            for (bin, value) in softmax(logits, plane: plane, cell: cell, side: side).enumerated() {
                result[side] += value * Double(bin)
            }
        }
        return result
    }
}

/// Reads boxes from distances, each once.
struct DistanceDecoder {
    private let outputs: [[Float]]
    private let grid: AnchorPointGrid
    private let coding: DistanceCoding
    private var known: [Int: CornerBox<Double>] = [:]

    /// - Parameter outputs: two a level, of which the first is that of the boxes.
    init(outputs: [[Float]], grid: AnchorPointGrid, coding: DistanceCoding) {
        self.outputs = outputs
        self.grid = grid
        self.coding = coding
    }

    /// An anchor's box in pixels.
    mutating func box(_ anchor: Int) -> CornerBox<Double> {
        if let box = known[anchor] { return box }
        let (level, cell) = grid.place(anchor)
        let distances = coding.distances(outputs[2 * level], plane: grid.plane(level), cell: cell)
        let (x, y, stride) = grid.centre(anchor)
        let box = CornerBox(
            left: (x - distances[0]) * stride, top: (y - distances[1]) * stride, right: (x + distances[2]) * stride,
            bottom: (y + distances[3]) * stride)
        known[anchor] = box
        return box
    }
}

/// The four distances of one matched anchor: what they say, and how far their sides are off.
struct MatchedDistances {
    private let coding: DistanceCoding
    /// Softmax of each side's logits; empty without distributions.
    private let probabilities: [[Double]]
    /// In cells.
    let distances: SIMD4<Double>
    /// Mean over the sides: of the cross-entropies of the two bins around the target; without distributions, of the
    /// distance from it in fractions of the image.
    let sideLoss: Double
    private let target: SIMD4<Double>
    /// What a cell is of the image, a side each.
    private let fractions: SIMD4<Double>

    /// - Parameters:
    ///   - logits: of the level's box output.
    ///   - target: in cells.
    ///   - fractions: what a cell is of the image's width and height, a side each.
    init(
        logits: [Float], coding: DistanceCoding, plane: Int, cell: Int, target: SIMD4<Double>,
        fractions: SIMD4<Double>
    ) {
        self.coding = coding
        self.fractions = fractions
        guard coding.hasDistribution else {
            probabilities = []
            distances = coding.distances(logits, plane: plane, cell: cell)
            self.target = target
            let off = (distances - target) * fractions
            sideLoss = (abs(off[0]) + abs(off[1]) + abs(off[2]) + abs(off[3])) / 4
            return
        }
        var probabilities: [[Double]] = []
        var expectation = SIMD4<Double>.zero
        var loss = 0.0
        // A hair below the last bin, so that there always is a right one.
        let clamped = target.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: Double(coding.bins - 1) - 0.01))
        for side in 0..<4 {
            let values = coding.softmax(logits, plane: plane, cell: cell, side: side)
            probabilities.append(values)
            for (bin, value) in values.enumerated() { expectation[side] += value * Double(bin) }
            let left = Int(clamping: clamped[side])
            let right = clamped[side] - Double(left)
            loss -= (1 - right) * log(max(values[left], 1e-300)) + right * log(max(values[left + 1], 1e-300))
        }
        self.probabilities = probabilities
        distances = expectation
        self.target = clamped
        sideLoss = loss / 4
    }

    /// CIoU with a target in cells, with its derivatives by the four distances.
    func iou(_ target: SIMD4<Double>) -> Dual {
        func distance(_ side: Int) -> Dual { Dual.variable(distances[side], side) }
        return CompleteIoU.cornerForm(
            CornerBox(
                left: Dual(0) - distance(0), top: Dual(0) - distance(1), right: distance(2), bottom: distance(3)),
            CornerBox(left: -target[0], top: -target[1], right: target[2], bottom: target[3]))
    }

    /// Adds a gradient at the anchor's logits: by the distances, and of sideFactor · the loss of the sides.
    func addGradient(byDistance: SIMD4<Double>, sideFactor: Double, to gradient: inout [Float], plane: Int, cell: Int) {
        for side in 0..<4 {
            guard coding.hasDistribution else {
                let off = distances[side] - target[side]
                let sign = off > 0 ? 1.0 : off < 0 ? -1 : 0
                gradient[side * plane + cell] += Float(byDistance[side] + sideFactor / 4 * sign * fractions[side])
                continue
            }
            let left = Int(clamping: target[side])
            let right = target[side] - Double(left)
            for (bin, probability) in probabilities[side].enumerated() {
                let slope = probability * (Double(bin) - distances[side])
                let wanted = bin == left ? 1 - right : bin == left + 1 ? right : 0
                gradient[(side * coding.bins + bin) * plane + cell] += Float(
                    byDistance[side] * slope + sideFactor / 4 * (probability - wanted))
            }
        }
    }
}
