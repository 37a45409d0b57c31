import Foundation
import Geometry

extension Polygon {
    /// 64 points of an ellipse, which is turned about its centre, clockwise as seen.
    static func ellipse(_ centre: PlanePoint, across: Double, down: Double, degrees: Double = 0) -> Polygon {
        let angle = degrees * .pi / 180
        return Polygon(
            (0..<64).map { step in
                let way = Double(step) * .pi / 32
                let (x, y) = (across * cos(way), down * sin(way))
                return PlanePoint(
                    centre.x + x * cos(angle) - y * sin(angle), centre.y + x * sin(angle) + y * cos(angle))
            })
    }
}
