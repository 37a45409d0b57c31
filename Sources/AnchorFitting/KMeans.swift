import Foundation

/// Lloyd's k-means, as the usual tools do it; starts of the search.
enum KMeans {
    enum Distance {
        /// Euclidean, each side over its standard deviation: YOLOv5's.
        case euclidean
        /// 1 − IoU of two boxes on one centre: darknet's.
        case iou
    }

    /// Centres are means of the sides. The starts are spread over the sizes by rank, so that no draw can leave a region
    /// without one.
    static func anchors(_ points: SearchPoints, count: Int, distance: Distance) -> [AnchorSize] {
        let sizes = (0..<points.count).map(points.size)
        let weights = points.weight.map(Double.init)
        let total = weights.reduce(0, +)
        func deviation(_ side: KeyPath<AnchorSize, Double>) -> Double {
            let mean = zip(sizes, weights).reduce(0) { $0 + $1.0[keyPath: side] * $1.1 } / total
            let square = zip(sizes, weights).reduce(0) { $0 + pow($1.0[keyPath: side] - mean, 2) * $1.1 } / total
            return max(square.squareRoot(), 1e-6)
        }
        let unit = AnchorSize(width: deviation(\.width), height: deviation(\.height))
        func away(_ size: AnchorSize, _ centre: AnchorSize) -> Double {
            switch distance {
            case .euclidean:
                let across = (size.width - centre.width) / unit.width
                let down = (size.height - centre.height) / unit.height
                return across * across + down * down
            case .iou:
                let overlap = min(size.width, centre.width) * min(size.height, centre.height)
                return 1 - overlap / (size.area + centre.area - overlap)
            }
        }
        var centres = (0..<count).map { sizes[(2 * $0 + 1) * sizes.count / (2 * count)] }
        for _ in 0..<(sizes.count > 5_000 ? 15 : 100) {
            var sums = [(width: Double, height: Double, weight: Double)](repeating: (0, 0, 0), count: count)
            for (size, number) in zip(sizes, weights) {
                var nearest = Double.infinity
                var which = 0
                for (index, centre) in centres.enumerated() {
                    let distance = away(size, centre)
                    if distance < nearest { (nearest, which) = (distance, index) }
                }
                sums[which].width += size.width * number
                sums[which].height += size.height * number
                sums[which].weight += number
            }
            let moved = zip(centres, sums).map { centre, sum in
                sum.weight > 0 ? AnchorSize(width: sum.width / sum.weight, height: sum.height / sum.weight) : centre
            }
            if moved == centres { break }
            centres = moved
        }
        return centres
    }
}
