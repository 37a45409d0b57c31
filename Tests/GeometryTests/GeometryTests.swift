import Geometry
import Testing

@Suite struct GeometryTests {
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64 = 7
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private func boxes(_ count: Int) -> [Edges] {
        var numbers = Numbers()
        return (0..<count).map { _ in
            let x = Double.random(in: -0.2...1, using: &numbers)
            let y = Double.random(in: -0.2...1, using: &numbers)
            return Edges(
                left: x, top: y, right: x + .random(in: 0.01...0.7, using: &numbers),
                bottom: y + .random(in: 0.01...0.7, using: &numbers))
        }
    }

    @Test func overlapIsOfBothAndAtMostOne() {
        let all = boxes(60)
        for a in all {
            #expect(abs(a.iou(a) - 1) < 1e-12)
            for b in all {
                #expect(a.iou(b) == b.iou(a) && (0...1).contains(a.iou(b)))
                #expect(a.intersection(b) <= min(a.area, b.area) + 1e-15)
                let moved = a.mirrored(width: 1).iou(b.mirrored(width: 1))
                #expect(abs(moved - a.iou(b)) < 1e-12)
            }
        }
    }

    @Test func knownOverlaps() {
        let box = Edges(left: 0, top: 0, right: 2, bottom: 2)
        #expect(box.iou(Edges(left: 1, top: 0, right: 3, bottom: 2)) == 1.0 / 3)
        #expect(box.iou(Edges(left: 2, top: 0, right: 3, bottom: 2)) == 0)
        #expect(box.iou(Edges(left: 1, top: 1, right: 1, bottom: 1)) == 0)
        let turned = Edges(left: 2, top: 0, right: 0, bottom: 2)
        #expect(turned.area == 0 && box.iou(turned) == 0)
        #expect(box.iou(Edges(left: .nan, top: 0, right: 1, bottom: 1)).isNaN == false)
    }

    @Test func centreAndEdgesAreTheSameBox() {
        for edges in boxes(100) {
            let back = Edges(Box(edges))
            for side in [\Edges.left, \.top, \.right, \.bottom] {
                #expect(abs(back[keyPath: side] - edges[keyPath: side]) < 1e-12)
            }
            let pixels = Box(edges).multiplied(width: 640, height: 480)
            #expect(abs(pixels.divided(width: 640, height: 480).cx - Box(edges).cx) < 1e-12)
            let scaled = edges.multiplied(width: 640, height: 480)
            #expect(abs(Box(scaled).width - pixels.width) < 1e-9 && abs(Box(scaled).cy - pixels.cy) < 1e-9)
        }
    }

    @Test func clippingStaysWithinTheImage() {
        for edges in boxes(100) {
            let cut = edges.clipped(width: 1, height: 0.5)
            #expect(cut.left >= 0 && cut.right <= 1 && cut.top >= 0 && cut.bottom <= 0.5)
            #expect(cut.area <= edges.area)
            #expect(cut == cut.clipped(width: 1, height: 0.5))
        }
        let moved = Edges(left: 3, top: 4, right: 5, bottom: 6).moved(left: 3, up: 4)
        #expect(moved == Edges(left: 0, top: 0, right: 2, bottom: 2))
    }
}
