import Geometry

extension Polygon {
    /// Pairs of points that are looked at for the shortest way between two parts.
    private static let mostPairs = 1 << 20

    /// One outline of several: from the largest to each other there is a way to and fro, between the nearest points.
    package static func joined(_ parts: [Polygon]) -> Polygon {
        let sorted = parts.filter { !$0.points.isEmpty }.enumerated().sorted {
            let (a, b) = (abs($0.element.signedArea), abs($1.element.signedArea))
            return a == b ? $0.offset < $1.offset : a > b
        }.map(\.element.points)
        guard var line = sorted.first else { return Polygon([]) }
        for part in sorted.dropFirst() {
            let (here, there) = nearest(line, part)
            let round = part[there...] + part[..<there] + [part[there]]
            line.insert(contentsOf: round + [line[here]], at: here + 1)
        }
        return Polygon(line)
    }

    /// The places of the nearest two points; of very long lines, of some of their points.
    private static func nearest(_ a: [PlanePoint], _ b: [PlanePoint]) -> (Int, Int) {
        var step = 1
        while (a.count / step + 1) * (b.count / step + 1) > mostPairs { step *= 2 }
        var best = (0, 0)
        var least = Double.infinity
        for i in stride(from: 0, to: a.count, by: step) {
            for j in stride(from: 0, to: b.count, by: step) {
                let distance = a[i].squaredDistance(to: b[j])
                if distance < least { (least, best) = (distance, (i, j)) }
            }
        }
        return best
    }
}
