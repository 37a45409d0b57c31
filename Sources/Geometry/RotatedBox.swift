import Foundation

/// A rectangle that is turned about its centre.
public struct RotatedBox: Hashable, Sendable {
    /// Of the centre, from the left and from the top.
    public var centre: PlanePoint
    /// Along its own first side, and across.
    public var width: Double
    /// Across its own first side.
    public var height: Double
    /// In radians, clockwise as seen.
    public var angle: Double

    /// All lengths in one unit, which must be the same across and down: pixels, not fractions of two sides.
    public init(centre: PlanePoint, width: Double, height: Double, angle: Double) {
        (self.centre, self.width, self.height, self.angle) = (centre, width, height, angle)
    }

    /// The corners, from the upper left one of the rectangle before it was turned, clockwise as seen.
    public var corners: Polygon {
        let (sine, cosine) = (sin(angle), cos(angle))
        return Polygon(
            [(-1.0, -1.0), (1, -1), (1, 1), (-1, 1)].map { across, down in
                let (x, y) = (across * width / 2, down * height / 2)
                return PlanePoint(centre.x + x * cosine - y * sine, centre.y + x * sine + y * cosine)
            })
    }
}

extension Polygon {
    /// Whether these are the four corners of a rectangle in order, where no corner is further than `tolerance` from where a
    /// rectangle has it.
    public func isRectangle(tolerance: Double) -> Bool {
        guard points.count == 4 else { return false }
        let (a, b, c, d) = (points[0], points[1], points[2], points[3])
        // The diagonals of a rectangle halve each other and are equally long.
        let middle = PlanePoint((a.x + c.x) / 2, (a.y + c.y) / 2)
        let other = PlanePoint((b.x + d.x) / 2, (b.y + d.y) / 2)
        let half = (a.squaredDistance(to: c).squareRoot() - b.squaredDistance(to: d).squareRoot()) / 2
        return middle.squaredDistance(to: other).squareRoot() <= tolerance && abs(half) <= tolerance
    }

    /// The points on the outside, clockwise as seen, without those on a straight line (Andrew's monotone chain).
    public var convexHull: Polygon {
        let sorted = Set(points).sorted { ($0.x, $0.y) < ($1.x, $1.y) }
        guard sorted.count > 2 else { return Polygon(sorted) }
        func chain(_ points: some Sequence<PlanePoint>) -> [PlanePoint] {
            var hull: [PlanePoint] = []
            for point in points {
                while hull.count > 1, PlanePoint.turn(hull[hull.count - 2], hull[hull.count - 1], point) <= 0 {
                    hull.removeLast()
                }
                hull.append(point)
            }
            return Array(hull.dropLast())
        }
        return Polygon(chain(sorted) + chain(sorted.reversed()))
    }

    /// The smallest rectangle that holds all points: one of its sides lies along a side of the hull. Nil without an area.
    public var smallestRectangle: RotatedBox? {
        let hull = convexHull.points
        guard hull.count > 2 else { return nil }
        var best: RotatedBox?
        for (index, point) in hull.enumerated() {
            let next = hull[(index + 1) % hull.count]
            let angle = atan2(next.y - point.y, next.x - point.x)
            let (sine, cosine) = (sin(angle), cos(angle))
            let turned = Polygon(hull.map { PlanePoint($0.x * cosine + $0.y * sine, $0.y * cosine - $0.x * sine) })
            guard let bounds = turned.bounds else { continue }
            guard best.map({ bounds.area < $0.width * $0.height }) ?? true else { continue }
            let (x, y) = ((bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2)
            best = RotatedBox(
                centre: PlanePoint(x * cosine - y * sine, x * sine + y * cosine), width: bounds.width,
                height: bounds.height, angle: angle)
        }
        return best
    }
}
