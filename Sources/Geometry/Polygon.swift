/// A place in the plane, in the unit that its owner names.
public struct PlanePoint: Hashable, Sendable {
    /// From the left.
    public var x: Double
    /// From the top.
    public var y: Double

    /// Both in one unit, or in fractions of the two sides of an image.
    @inlinable public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }

    /// From fractions to pixels of an image with these sides.
    @inlinable public func multiplied(width: Double, height: Double) -> PlanePoint { PlanePoint(x * width, y * height) }

    /// The square of the distance between the two.
    @inlinable public func squaredDistance(to other: PlanePoint) -> Double {
        (x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)
    }

    /// Twice the signed area of the triangle of three points: positive where they turn to the right as seen on an image.
    @inlinable public static func turn(_ a: PlanePoint, _ b: PlanePoint, _ c: PlanePoint) -> Double {
        (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    }
}

/// A closed line through points; the last one is joined to the first.
public struct Polygon: Hashable, Sendable {
    /// In the order of drawing.
    public var points: [PlanePoint]

    /// The first point is not repeated at the end.
    public init(_ points: [PlanePoint]) { self.points = points }

    /// The four corners of a box, from the upper left one on, clockwise as seen.
    public init(_ edges: Edges) {
        points = [
            PlanePoint(edges.left, edges.top), PlanePoint(edges.right, edges.top),
            PlanePoint(edges.right, edges.bottom),
            PlanePoint(edges.left, edges.bottom),
        ]
    }

    /// Positive where the points go round clockwise as seen; of a line that crosses itself, the parts cancel out.
    public var signedArea: Double {
        points.indices.reduce(0) { sum, index in
            let (a, b) = (points[index], points[(index + 1) % points.count])
            return sum + (a.x * b.y - b.x * a.y) / 2
        }
    }

    /// The upright box around all points; nil of none.
    public var bounds: Edges? {
        guard let first = points.first else { return nil }
        return points.dropFirst().reduce(into: Edges(left: first.x, top: first.y, right: first.x, bottom: first.y)) {
            $0.left = min($0.left, $1.x)
            $0.top = min($0.top, $1.y)
            $0.right = max($0.right, $1.x)
            $0.bottom = max($0.bottom, $1.y)
        }
    }

    /// Whether two sides cross that do not follow each other. Sides that only touch do not. Each pair is looked at.
    public var crossesItself: Bool {
        let count = points.count
        for first in 0..<count {
            let (a, b) = (points[first], points[(first + 1) % count])
            for second in first + 1..<count where second != first + 1 && (second + 1) % count != first {
                let (c, d) = (points[second], points[(second + 1) % count])
                if PlanePoint.turn(a, b, c) * PlanePoint.turn(a, b, d) < 0,
                    PlanePoint.turn(c, d, a) * PlanePoint.turn(c, d, b) < 0
                {
                    return true
                }
            }
        }
        return false
    }

    /// Cut at the edges of a box (Sutherland and Hodgman): parts that the box keeps apart stay joined along its border.
    public func clipped(to edges: Edges) -> Polygon {
        let inside: [(PlanePoint) -> Double] = [
            { $0.x - edges.left }, { edges.right - $0.x }, { $0.y - edges.top }, { edges.bottom - $0.y },
        ]
        return inside.reduce(self) { $0.cut($1) }
    }

    /// The part within a convex polygon whose points go round clockwise as seen.
    public func clipped(toConvex other: Polygon) -> Polygon {
        other.points.indices.reduce(self) { part, index in
            let (a, b) = (other.points[index], other.points[(index + 1) % other.points.count])
            return part.cut { PlanePoint.turn(a, b, $0) }
        }
    }

    /// The part where `inside`, which is linear, is not negative.
    private func cut(_ inside: (PlanePoint) -> Double) -> Polygon {
        var kept: [PlanePoint] = []
        for (index, point) in points.enumerated() {
            let previous = points[index == 0 ? points.count - 1 : index - 1]
            let (here, before) = (inside(point), inside(previous))
            if here * before < 0 {
                let part = before / (before - here)
                kept.append(
                    PlanePoint(previous.x + part * (point.x - previous.x), previous.y + part * (point.y - previous.y)))
            }
            if here >= 0 { kept.append(point) }
        }
        return Polygon(kept)
    }
}
