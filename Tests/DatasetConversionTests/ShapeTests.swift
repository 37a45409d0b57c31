import DatasetConversion
import Geometry
import Testing

@Suite struct ShapeTests {
    /// As pycocotools writes and reads it.
    @Test func compressedRuns() throws {
        let counts = try #require(RunLengthMask.counts(compressed: "01f02^ONM03200005"))
        #expect(counts == [0, 1, 22, 3, 4, 1, 1, 1, 4, 3, 4, 3, 4, 3, 9])
        let mask = try #require(RunLengthMask(width: 9, height: 7, counts: counts))
        #expect(mask.area == 15)
        #expect(mask.bounds == Edges(left: 0, top: 0, right: 8, bottom: 5))
        for text in ["0", "~", "o", "oooooooooooooo", "O", ""] {
            let counts = RunLengthMask.counts(compressed: text)
            #expect(counts.flatMap { RunLengthMask(width: 9, height: 7, counts: $0) } == nil, "\(text)")
        }
        #expect(RunLengthMask(width: 1 << 40, height: 1 << 40, counts: []) == nil)
        #expect(RunLengthMask(width: 2, height: 2, counts: [-1, 5]) == nil)
    }

    /// Whatever is drawn into a grid, its outline encloses as many pixels, and runs give the grid back.
    @Test(arguments: 0..<40) func outlinesEncloseTheirPixels(seed: Int) throws {
        var state = UInt64(seed + 1)
        let (width, height) = (3 + seed % 9, 2 + seed % 7)
        let grid = (0..<width * height).map { _ -> Bool in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 40 & 3 != 0
        }
        let size = try #require(ImageSize(width + 5, height + 4))
        let mask = try #require(RunLengthMask(grid, gridWidth: width, left: 2, top: 3, in: size))
        #expect(mask.pixels.count { $0 } == grid.count { $0 })
        #expect(
            (0..<width * height).allSatisfy { mask.pixels[(3 + $0 / width) * (width + 5) + 2 + $0 % width] == grid[$0] }
        )
        let outline = MaskOutline(mask)
        let parts = outline.parts.reduce(0) { $0 + $1.signedArea }
        // Holes are not kept; with them the areas agree.
        #expect(outline.holes > 0 ? parts > Double(mask.area) : parts == Double(mask.area))
        #expect(Polygon(outline.parts.flatMap(\.points)).bounds == mask.bounds)
        let joined = Polygon.joined(outline.parts)
        #expect(abs(joined.signedArea - parts) < 1e-9)
    }

    @Test func smallestRectangles() throws {
        let box = RotatedBox(centre: PlanePoint(50, 40), width: 30, height: 10, angle: 0.5)
        #expect(box.corners.isRectangle(tolerance: 1e-9))
        let points = box.corners.points + [box.centre, PlanePoint(51, 41)]
        let found = try #require(Polygon(points).smallestRectangle)
        #expect(abs(found.width * found.height - 300) < 1e-6)
        #expect(abs(found.centre.x - 50) < 1e-9 && abs(found.centre.y - 40) < 1e-9)
        #expect(Polygon([PlanePoint(0, 0), PlanePoint(1, 1), PlanePoint(2, 2)]).smallestRectangle == nil)
        #expect(
            !Polygon([PlanePoint(0, 0), PlanePoint(9, 0), PlanePoint(9, 9), PlanePoint(0, 5)]).isRectangle(tolerance: 1)
        )
    }

    @Test func polygonsAreCut() {
        let whole = Edges(left: 0, top: 0, right: 1, bottom: 1)
        let square = Polygon(Edges(left: -1, top: -1, right: 0.5, bottom: 0.5))
        #expect(square.clipped(to: whole).signedArea == 0.25)
        #expect(Polygon(Edges(left: 2, top: 2, right: 3, bottom: 3)).clipped(to: whole).points.isEmpty)
        #expect(Polygon([PlanePoint(0, 0), PlanePoint(1, 1), PlanePoint(1, 0), PlanePoint(0, 1)]).crossesItself)
        #expect(!square.crossesItself)
    }
}
