import Findings
import YOLODataset

/// B014: polygon degenerate or self-crossing.
public struct PolygonDegenerate: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "B014", name: "polygon degenerate or self-crossing", severity: .warning,
        what: "A polygon has no area, or two of its sides cross.",
        why: "Detection trains on the polygon's box, which is then an object without area or with a "
            + "shape that nobody drew.",
        fix: "draw the polygon again",
        triggering: ["0 0.1 0.1 0.9 0.9 0.9 0.1 0.1 0.9\n", "0 0.1 0.1 0.5 0.5 0.9 0.9\n"],
        clean: ["0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\n"])

    public init() {}

    /// Sides are compared pair by pair: polygons with more are only measured.
    private static let mostPoints = 400

    public func check(_ file: LabelFileFacts) -> [Finding] {
        file.labels.rows.compactMap { row in
            guard row.kind == .polygon, row.problem == nil else { return nil }
            let points = stride(from: 1, to: row.values.count - 1, by: 2).map {
                (x: row.values[$0], y: row.values[$0 + 1])
            }
            let area = points.indices.reduce(0.0) { sum, index in
                let next = points[(index + 1) % points.count]
                return sum + points[index].x * next.y - next.x * points[index].y
            }
            let message: String
            if points.count <= Self.mostPoints, Self.crosses(points) {
                message = "two sides of the polygon cross"
            } else if abs(area) < 1e-9 {
                message = "the polygon has no area"
            } else {
                return nil
            }
            return finding(
                file, row, message: message,
                effect: .kept("trained on as the box around it"))
        }
    }

    private static func crosses(_ points: [(x: Double, y: Double)]) -> Bool {
        func side(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double), _ c: (x: Double, y: Double)) -> Double {
            (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
        }
        let count = points.count
        for first in 0..<count {
            let (a, b) = (points[first], points[(first + 1) % count])
            for second in first + 1..<count where second != first + 1 && (second + 1) % count != first {
                let (c, d) = (points[second], points[(second + 1) % count])
                if side(a, b, c) * side(a, b, d) < 0, side(c, d, a) * side(c, d, b) < 0 { return true }
            }
        }
        return false
    }
}
