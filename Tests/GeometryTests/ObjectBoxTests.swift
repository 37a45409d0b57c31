import Foundation
import Geometry
import Testing

@Suite struct ObjectBoxTests {
    private func turned(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ angle: Double
    ) -> ObjectBox {
        ObjectBox(RotatedBox(centre: PlanePoint(x, y), width: width, height: height, angle: angle))
    }

    @Test func overlapOfTurnedBoxesIsThatOfTheirAreas() {
        // Two squares an eighth of a turn apart share an octagon of 2(√2 − 1).
        let octagon = 2 * (2.0.squareRoot() - 1)
        let iou = turned(5, 5, 1, 1, 0.3).iou(turned(5, 5, 1, 1, 0.3 + .pi / 4))
        #expect(abs(iou - octagon / (2 - octagon)) < 1e-12)
        // Crossed bars share a square.
        #expect(abs(turned(0, 0, 8, 2, 0.7).iou(turned(0, 0, 8, 2, 0.7 + .pi / 2)) - 4.0 / 28) < 1e-12)
        #expect(turned(0, 0, 10, 1, .pi / 4).iou(turned(3, -3, 10, 1, .pi / 4)) == 0)
        #expect(turned(0, 0, 2, 0, 0.1).iou(turned(0, 0, 2, 2, 0.1)) == 0)
    }

    /// A turn by nothing, and by a right angle with the sides exchanged, are the upright box.
    @Test(arguments: [(4.0, 2.0, 0.0), (2, 4, Double.pi / 2), (2, 4, -Double.pi / 2), (4, 2, Double.pi)])
    func turnedByRightAnglesIsUpright(width: Double, height: Double, angle: Double) {
        let upright = ObjectBox(Edges(left: 3, top: 4, right: 7, bottom: 6))
        let box = turned(5, 5, width, height, angle)
        #expect(abs(box.iou(upright) - 1) < 1e-12 && abs(upright.iou(box) - 1) < 1e-12)
        let other = ObjectBox(Edges(left: 5, top: 4, right: 9, bottom: 6))
        #expect(abs(box.iou(other) - upright.iou(other)) < 1e-12)
    }

    @Test(arguments: [0.2, 1.9, -2.5, 7])
    func longerSideIsFirstWithinHalfATurn(angle: Double) {
        let box = RotatedBox(centre: PlanePoint(1, 2), width: 3, height: 8, angle: angle)
        let same = box.longerSideFirst
        #expect(same.width == 8 && same.height == 3 && same.angle >= -.pi / 4 && same.angle < 0.75 * .pi)
        #expect(abs(ObjectBox(box).iou(ObjectBox(same)) - 1) < 1e-12)
        let named = same.named(like: RotatedBox(centre: box.centre, width: 1, height: 1, angle: angle + 0.1))
        #expect(abs(named.angle - angle) < 1e-9 && named.width == 3)
    }

    @Test func movesScalesAndMirrorsWithItsCorners() {
        let box = turned(5, 4, 3, 1, 0.4)
        func expect(_ found: ObjectBox, _ change: (PlanePoint) -> PlanePoint) {
            let corners = found.corners.points
            for point in box.corners.points.map(change) {
                #expect(corners.contains { $0.squaredDistance(to: point) < 1e-20 })
            }
        }
        expect(box.moved(left: 1, up: 2)) { PlanePoint($0.x - 1, $0.y - 2) }
        expect(box.multiplied(width: 2, height: 2)) { PlanePoint(2 * $0.x, 2 * $0.y) }
        expect(box.mirrored(width: 20)) { PlanePoint(20 - $0.x, $0.y) }
        #expect(box.clipped(width: 5, height: 5) == box)
        #expect(box.clipped(width: 2, height: 2).area == 0)
        let corner = box.corners.bounds
        #expect(
            abs((corner?.left ?? 0) - box.bounds.left) < 1e-12 && abs((corner?.bottom ?? 0) - box.bounds.bottom) < 1e-12
        )
    }

    @Test func meanTakesTheFourNamesOfARectangleForOne() throws {
        let mean = ObjectBox.mean([
            (turned(5, 5, 6, 2, 0.1), 1), (turned(5, 5, 2, 6, 0.1 + .pi / 2), 1), (turned(7, 5, 6, 2, 0.3 - .pi), 2),
        ])
        let box = try #require(mean.turned)
        #expect(abs(box.centre.x - 6) < 1e-12 && abs(box.angle - 0.2) < 1e-12 && abs(mean.width - 6) < 1e-12)
        let label = turned(5, 5, 6, 2, 0.1)
        #expect(abs(label.worstSide(of: turned(5, 5, 2, 7, 0.1 + .pi / 2)) - 1.0 / 12) < 1e-12)
    }
}
