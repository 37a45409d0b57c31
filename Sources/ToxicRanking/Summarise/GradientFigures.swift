import Foundation

/// Figures of each image's gradient against all others'.
///
/// Inner products with the mean gradient come from a count sketch of each gradient (a signed hash of the parameter's
/// index into `sketchSize` buckets), whose own square is replaced by the exact ‖g‖².
public enum GradientFigures {
    /// Buckets of a sketch: the deviation of an inner product falls with its square root.
    public static let sketchSize = 8_192

    /// What one image contributes.
    public struct Entry: Sendable {
        /// ‖g‖, exact.
        public var norm: Double
        /// Of `sketchSize` buckets.
        package var sketch: GradientSketch
        /// Labels of the image: it is compared with images of as many.
        public var boxCount: Int

        /// - Parameter sketch: made with the same seed for all images.
        public init(norm: Double, sketch: [Float], boxCount: Int) {
            self.init(norm: norm, sketch: .held(sketch), boxCount: boxCount)
        }

        /// - Parameter sketch: wherever it is.
        package init(norm: Double, sketch: GradientSketch, boxCount: Int) {
            self.norm = norm
            self.sketch = sketch
            self.boxCount = boxCount
        }
    }

    /// One image against all others.
    public struct Figures: Sendable, Hashable {
        /// ‖g‖²/Σ‖g‖².
        public var energyShare: Double
        /// ⟨g, ḡ⟩/(N·‖ḡ‖²); adds up to one over the images.
        public var projectionShare: Double
        /// Of g and the mean gradient of all others; nil where one of them is zero.
        public var leaveOneOutCosine: Double?
        /// (log ‖g‖ − median)/(1.4826·MAD) among images with a similar number of labels.
        public var robustZ: Double
    }

    /// Cost: images × sketch size, in two passes over the sketches.
    ///
    /// - Throws: `FileError` where sketches are in a file that cannot be read.
    public static func compute(_ entries: [Entry]) throws -> [Figures] {
        let count = Double(entries.count)
        let energy = entries.reduce(0) { $0 + $1.norm * $1.norm }
        var sum = [Double](repeating: 0, count: entries.isEmpty ? 0 : sketchSize)
        var reader = SketchReader()
        for entry in entries {
            try reader.with(entry.sketch) { sketch in
                for index in sum.indices { sum[index] += Double(sketch[index]) }
            }
        }
        // ⟨g_i, Σ g_j⟩, with the sketch's own noise taken out of the term j = i.
        var products: [Double] = []
        products.reserveCapacity(entries.count)
        for entry in entries {
            try reader.with(entry.sketch) { sketch in
                var product = 0.0
                var own = 0.0
                for index in sum.indices {
                    let value = Double(sketch[index])
                    product += value * sum[index]
                    own += value * value
                }
                products.append(product - own + entry.norm * entry.norm)
            }
        }
        // The sum of the products is N²·‖ḡ‖², so that the projection shares add up to one.
        let squaredSum = products.reduce(0, +)
        let zScores = robustZ(entries)
        return entries.indices.map { index in
            let square = entries[index].norm * entries[index].norm
            let others = products[index] - square
            let othersNorm = squaredSum - 2 * products[index] + square
            return Figures(
                energyShare: energy > 0 ? square / energy : 0,
                projectionShare: squaredSum > 0 ? products[index] / squaredSum : 1 / count,
                leaveOneOutCosine: othersNorm > 0 && square > 0
                    ? others / (square.squareRoot() * othersNorm.squareRoot()) : nil,
                robustZ: zScores[index])
        }
    }

    /// (Σ r²)²/Σ r⁴: how many images carry the gradient.
    public static func effectiveSampleSize(_ norms: [Double]) -> Double {
        let second = norms.reduce(0) { $0 + $1 * $1 }
        let fourth = norms.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        return fourth > 0 ? second * second / fourth : 0
    }

    /// (log r − median)/(1.4826·MAD) within strata of at least 20 images with similar numbers of boxes.
    static func robustZ(_ entries: [Entry]) -> [Double] {
        var scores = [Double](repeating: 0, count: entries.count)
        let order = entries.indices.sorted { (entries[$0].boxCount, $0) < (entries[$1].boxCount, $1) }
        let strata = max(1, min(8, entries.count / 20))
        for stratum in 0..<strata {
            let members = order[stratum * order.count / strata..<(stratum + 1) * order.count / strata]
            let logs = members.map { log(max(entries[$0].norm, 1e-30)) }
            let middle = median(logs)
            let spread = 1.4826 * median(logs.map { abs($0 - middle) })
            for (member, value) in zip(members, logs) { scores[member] = spread > 0 ? (value - middle) / spread : 0 }
        }
        return scores
    }

    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let half = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
    }
}
