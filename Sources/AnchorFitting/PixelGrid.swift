import CVectorKernels

/// Moves anchors to a grid by searching, not by rounding.
enum PixelGrid {
    /// Sides are counted in steps, so that they are the decimal numbers that they look like.
    private static func snapped(_ steps: Double, _ perPixel: Double) -> Double { max(1, steps.rounded()) / perPixel }

    /// The multiple of 0.01 px that a side in single precision stands for: 15.32 for 15.319999694824219. A side that is
    /// farther from all of them than single precision rounds stays as it is.
    static func meant(_ side: Double) -> Double {
        let near = (side * 100).rounded() / 100
        return abs(near - side) <= side * 0x1p-22 ? near : side
    }

    /// Plain rounding.
    static func rounded(_ anchors: [AnchorSize], step: Double) -> [AnchorSize] {
        let perPixel = (1 / step).rounded()
        return anchors.map {
            AnchorSize(width: snapped($0.width * perPixel, perPixel), height: snapped($0.height * perPixel, perPixel))
        }
    }

    /// The anchors with Σ weight·(ratio + bonus) over the points within reach.
    ///
    /// - Parameters:
    ///   - step: pixels between two lines of the grid; 1 over a whole number.
    ///   - bonus: what a point within reach counts beside its ratio.
    static func search(from anchors: [AnchorSize], points: SearchPoints, step: Double, bonus: Float)
        -> (anchors: [AnchorSize], total: Double)
    {
        let sizes = (0..<points.count).map(points.size)
        let widths = sizes.map { Float($0.width) }
        let heights = sizes.map { Float($0.height) }
        let number = widths.count
        let perPixel = (1 / step).rounded()
        func ratios(_ anchor: AnchorSize) -> [Float] {
            var found = [Float](repeating: 0, count: number)
            assay_anchor_ratios(widths, heights, number, Float(anchor.width), Float(anchor.height), &found)
            return found
        }
        var current = rounded(anchors, step: step)
        // Each box's ratio to every anchor: a move changes one row.
        var rows = current.map(ratios)
        var reached = 0.0
        for _ in 0..<40 {
            var hasMoved = false
            for index in current.indices {
                var rivals = [Float](repeating: 0, count: number)
                for (other, row) in rows.enumerated() where other != index {
                    for box in 0..<number { rivals[box] = max(rivals[box], row[box]) }
                }
                func total(_ anchor: AnchorSize) -> Double {
                    assay_anchor_total(
                        widths, heights, points.weight, rivals, number, Float(anchor.width), Float(anchor.height),
                        Float(1 / AnchorMetrics.threshold), bonus)
                }
                var best = current[index]
                var bestTotal = total(best)
                // Far and near neighbours: single steps alone stop at every small ridge.
                for reach in [1.0, 4, 20, 100] where reach == 1 || step < 1 {
                    let moves = [(1.0, 0.0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)]
                    for move in moves {
                        let candidate = AnchorSize(
                            width: snapped(current[index].width * perPixel + reach * move.0, perPixel),
                            height: snapped(current[index].height * perPixel + reach * move.1, perPixel))
                        let found = total(candidate)
                        if found > bestTotal * (1 + 1e-9) { (best, bestTotal) = (candidate, found) }
                    }
                }
                reached = bestTotal
                guard best != current[index] else { continue }
                current[index] = best
                hasMoved = true
                rows[index] = ratios(best)
            }
            if !hasMoved { break }
        }
        return (current, reached)
    }
}
