import Foundation
import Geometry

/// Whether the classes of validation are those of training, by what tells one class from another without its name: how
/// many boxes it has, and how large they are.
struct ClassFingerprint {
    /// For classes in another order: which class of training each of validation looks like.
    let order: [Int: Int]
    /// How much more likely the boxes of validation are so than as they are named, as a natural logarithm; below 0 where
    /// the names are right.
    let evidence: Double
    /// The boxes of validation that were looked at.
    let boxes: Int

    /// From this on the order is taken to be wrong: less than one in a hundred thousand, and a clear sign a box.
    var isOtherOrder: Bool { evidence > 12 && evidence > 0.15 * Double(boxes) }
    /// The names are right: those of no other order are as likely by far.
    var isSameOrder: Bool { evidence < -12 }

    /// A class in training: its share, and the logarithms of its boxes' sides as a normal distribution.
    private struct Kind {
        var share: Double
        var mean = SIMD2<Double>(0, 0)
        var variance = SIMD2<Double>(0, 0)

        func likelihood(_ side: SIMD2<Double>) -> Double {
            let off = (side - mean) * (side - mean) / variance
            return log(share) - 0.5 * (off.x + off.y + log(variance.x) + log(variance.y))
        }
    }

    /// Fewer boxes of a class say nothing of it.
    private static let leastBoxes = 8
    /// No single box says more than this.
    private static let mostOfABox = 3.0
    private static let mostClasses = 80

    /// - Returns: nil where there are too few boxes, or one class alone.
    init?(train: RunData.Split, val: RunData.Split) {
        let classes = train.sides.keys.filter { train.sides[$0, default: []].count >= Self.leastBoxes }.sorted()
        guard (2...Self.mostClasses).contains(classes.count) else { return nil }
        let total = Double(classes.reduce(0) { $0 + train.boxes[$1, default: 0] })
        let kinds = classes.map { id -> Kind in
            let sides = train.sides[id] ?? []
            var kind = Kind(share: Double(train.boxes[id] ?? 1) / max(total, 1))
            kind.mean = sides.reduce(SIMD2(0, 0), +) / Double(sides.count)
            // No class is so even that a box a tenth larger were another one.
            kind.variance =
                sides.reduce(SIMD2(0.02, 0.02)) { $0 + ($1 - kind.mean) * ($1 - kind.mean) / Double(sides.count) }
            return kind
        }
        // gain[a][b]: how much better boxes that are named a fit b.
        var gain = [[Double]](repeating: [Double](repeating: 0, count: classes.count), count: classes.count)
        var count = 0
        for (a, id) in classes.enumerated() {
            for side in val.sides[id] ?? [] {
                count += 1
                let own = kinds[a].likelihood(side)
                for b in classes.indices where b != a {
                    gain[a][b] += max(-Self.mostOfABox, min(Self.mostOfABox, kinds[b].likelihood(side) - own))
                }
            }
        }
        guard count >= 2 * Self.leastBoxes else { return nil }
        var best: (evidence: Double, order: [Int: Int]) = (-.infinity, [:])
        func consider(_ pairs: [(Int, Int)]) {
            let evidence = pairs.reduce(0) { $0 + gain[$1.0][$1.1] }
            guard evidence > best.evidence else { return }
            best = (evidence, Dictionary(uniqueKeysWithValues: pairs.map { (classes[$0.0], classes[$0.1]) }))
        }
        for shift in 1..<classes.count {
            consider(classes.indices.map { ($0, ($0 + shift) % classes.count) })
        }
        for a in classes.indices { for b in classes.indices where b > a { consider([(a, b), (b, a)]) } }
        (order, evidence, boxes) = (best.order, best.evidence, count)
    }
}
