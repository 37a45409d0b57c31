import CVectorKernels
import CheckedNumbers
import Foundation

/// Box sizes with how much each counts, where the search works: p = log(w·h), q = log(w/h).
///
/// Built from integers only, so that the order of the boxes leaves no trace. In an order of their own: by p, then by q.
struct SearchPoints {
    var p: [Float] = []
    var q: [Float] = []
    var weight: [Float] = []
    /// The sizes themselves, where each point stands for one; empty where points are cells or scaled sizes.
    var exactSizes: [AnchorSize] = []

    var count: Int { p.count }

    /// Above this many points, sizes are gathered into cells.
    static let mostPoints = 40_000
    /// Sides of a cell in p and q: for the search, and for its last steps.
    static let coarseCell: Float = 0.04
    static let fineCell: Float = 0.03
    /// Weights are counted in 2⁻¹⁶.
    private static let weightUnit = 1 / Double(1 << 16)

    func size(_ index: Int) -> AnchorSize {
        AnchorSize(
            width: exp((Double(p[index]) + Double(q[index])) / 2),
            height: exp((Double(p[index]) - Double(q[index])) / 2))
    }

    /// The points of few boxes are their distinct sizes; those of many are cells. Cost: one or two passes.
    static func make(_ boxes: BoxSizes, forAnchors count: Int, cell: Float) -> SearchPoints {
        let factors = boxes.variation.factors
        if boxes.sizes.count * factors.count <= mostPoints || hasFewSizes(boxes, count) {
            return distinct(boxes)
        }
        let base = Gatherer(boxes.sizes, boxes.weights, cell: cell, least: boxes.sizes.count / 2).points()
        guard factors != [1] else { return base }
        // A factor moves p alone: shift the cells, and gather them again.
        let sizes = (0..<base.count).map(base.size)
        let expanded = factors.flatMap { factor in sizes.map { $0.scaled(by: factor) } }
        let weights = factors.flatMap { _ in base.weight.map(Double.init) }
        return Gatherer(expanded, weights, cell: cell, least: expanded.count).points()
    }

    private static func hasFewSizes(_ boxes: BoxSizes, _ count: Int) -> Bool {
        guard boxes.variation == .none else { return false }
        var seen: Set<AnchorSize> = []
        for box in boxes.sizes {
            seen.insert(box)
            if seen.count > count { return false }
        }
        return true
    }

    private static func distinct(_ boxes: BoxSizes) -> SearchPoints {
        var found: [AnchorSize: Int] = [:]
        for factor in boxes.variation.factors {
            for (index, box) in boxes.sizes.enumerated() {
                found[box.scaled(by: factor), default: 0] += Int(
                    clamping: ((boxes.weights?[index] ?? 1) / weightUnit).rounded())
            }
        }
        var points = SearchPoints()
        for (size, number) in found.sorted(by: { AnchorSize.ascending($0.key, $1.key) }) where number > 0 {
            points.p.append(Float(log(size.width * size.height)))
            points.q.append(Float(log(size.width / size.height)))
            points.weight.append(Float(Double(number) * weightUnit))
            if boxes.variation == .none { points.exactSizes.append(size) }
        }
        return points
    }

    /// Gathers sizes into cells of a grid over p and q; each cell becomes a point at its boxes' mean.
    private struct Gatherer {
        private struct Cell {
            var weight = 0
            var p = 0
            var q = 0
        }
        private var cells: [Cell]
        private let columns: Int
        private let side: Float
        private var lowP = Float.greatestFiniteMagnitude
        private var lowQ = Float.greatestFiniteMagnitude
        private static let fraction: Float = 1_048_576

        /// - Parameter least: the grid may have as many cells as this (or 65,536): its cells grow until it has.
        init(_ sizes: [AnchorSize], _ weights: [Double]?, cell: Float, least: Int) {
            var highP = -Float.greatestFiniteMagnitude
            var highQ = -Float.greatestFiniteMagnitude
            var lowest = (p: lowP, q: lowQ)
            Self.forEachRun(sizes) { _, p, q in
                for index in p.indices {
                    lowest = (min(lowest.p, p[index]), min(lowest.q, q[index]))
                    highP = max(highP, p[index])
                    highQ = max(highQ, q[index])
                }
            }
            var side = cell
            func cellsAlong(_ low: Float, _ high: Float) -> Int { Int(clamping: (high - low) / side) + 1 }
            while cellsAlong(lowest.p, highP) * cellsAlong(lowest.q, highQ) > max(65_536, least) { side *= 2 }
            let columns = cellsAlong(lowest.p, highP)
            let from = lowest
            var cells = [Cell](repeating: Cell(), count: columns * cellsAlong(lowest.q, highQ))
            cells.withUnsafeMutableBufferPointer { cells in
                Self.forEachRun(sizes) { start, p, q in
                    for index in p.indices {
                        let across = (p[index] - from.p) / side
                        let down = (q[index] - from.q) / side
                        let column = Int(clamping: across)
                        let row = Int(clamping: down)
                        let weight =
                            weights.map { Int(clamping: ($0[start + index] / weightUnit).rounded()) } ?? 1 << 16
                        let at = row * columns + column
                        cells[at].weight += weight
                        cells[at].p += weight * Int(clamping: (across - Float(column)) * Self.fraction)
                        cells[at].q += weight * Int(clamping: (down - Float(row)) * Self.fraction)
                    }
                }
            }
            self.cells = cells
            self.columns = columns
            self.side = side
            lowP = from.p
            lowQ = from.q
        }

        private static func forEachRun(
            _ sizes: [AnchorSize],
            _ body: (Int, UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void
        ) {
            let most = 4_096
            var p = [Float](repeating: 0, count: most)
            var q = [Float](repeating: 0, count: most)
            sizes.withUnsafeBufferPointer { sizes in
                p.withUnsafeMutableBufferPointer { p in
                    q.withUnsafeMutableBufferPointer { q in
                        for start in stride(from: 0, to: sizes.count, by: most) {
                            let number = min(most, sizes.count - start)
                            // An AnchorSize is two doubles, width and height.
                            let run = UnsafeRawBufferPointer(
                                UnsafeBufferPointer(rebasing: sizes[start..<start + number]))
                            run.withMemoryRebound(to: Double.self) { sides in
                                guard let sides = sides.baseAddress, let p = p.baseAddress, let q = q.baseAddress
                                else { return }
                                assay_anchor_logs(sides, number, p, q)
                            }
                            body(
                                start, UnsafeMutableBufferPointer(rebasing: p[..<number]),
                                UnsafeMutableBufferPointer(rebasing: q[..<number]))
                        }
                    }
                }
            }
        }

        func points() -> SearchPoints {
            var points = SearchPoints()
            // By p, then by q: column by column.
            for column in 0..<columns {
                for row in 0..<cells.count / columns {
                    let cell = cells[row * columns + column]
                    guard cell.weight > 0 else { continue }
                    func mean(_ sum: Int, _ index: Int, _ low: Float) -> Float {
                        low + side * (Float(index) + Float(Double(sum) / Double(cell.weight)) / Self.fraction)
                    }
                    points.p.append(mean(cell.p, column, lowP))
                    points.q.append(mean(cell.q, row, lowQ))
                    points.weight.append(Float(Double(cell.weight) * weightUnit))
                }
            }
            return points
        }
    }
}
