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

    /// An upright box, which is turned by nothing.
    public init(_ edges: Edges) {
        self.init(
            centre: PlanePoint((edges.left + edges.right) / 2, (edges.top + edges.bottom) / 2), width: edges.width,
            height: edges.height, angle: 0)
    }

    /// The corners, from the upper left one of the rectangle before it was turned, clockwise as seen.
    public var corners: Polygon {
        Polygon(
            [(-1.0, -1.0), (1, -1), (1, 1), (-1, 1)].map { inOwnDirections($0 * width / 2, $1 * height / 2) })
    }

    /// The upright box around the corners.
    public var bounds: Edges {
        let (sine, cosine) = (abs(sin(angle)), abs(cos(angle)))
        let across = (abs(width) * cosine + abs(height) * sine) / 2
        let down = (abs(width) * sine + abs(height) * cosine) / 2
        return Edges(
            left: centre.x - across, top: centre.y - down, right: centre.x + across, bottom: centre.y + down)
    }

    /// A place as seen from the centre: along the first side, and across.
    public func ownDirections(of point: PlanePoint) -> PlanePoint {
        let (sine, cosine) = (sin(angle), cos(angle))
        let (x, y) = (point.x - centre.x, point.y - centre.y)
        return PlanePoint(x * cosine + y * sine, y * cosine - x * sine)
    }

    /// The place so far along the first side and so far across, from the centre.
    public func inOwnDirections(_ along: Double, _ across: Double) -> PlanePoint {
        let (sine, cosine) = (sin(angle), cos(angle))
        return PlanePoint(
            centre.x + along * cosine - across * sine, centre.y + along * sine + across * cosine)
    }

    /// The same rectangle, with that of its sides for the first whose direction is nearest to another's.
    public func named(like other: RotatedBox) -> RotatedBox {
        let quarters = ((other.angle - angle) / (.pi / 2)).rounded()
        guard quarters.isFinite else { return self }
        let isSwapped = quarters.truncatingRemainder(dividingBy: 2) != 0
        return RotatedBox(
            centre: centre, width: isSwapped ? height : width, height: isSwapped ? width : height,
            angle: angle + quarters * .pi / 2)
    }

    /// The same rectangle with its longer side for the first, at an angle from −π/4 up to 3π/4.
    public var longerSideFirst: RotatedBox {
        let isSwapped = width < height
        let turn = isSwapped ? angle + .pi / 2 : angle
        let part = (turn + .pi / 4).truncatingRemainder(dividingBy: .pi)
        return RotatedBox(
            centre: centre, width: isSwapped ? height : width, height: isSwapped ? width : height,
            angle: (part < 0 ? part + .pi : part) - .pi / 4)
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
