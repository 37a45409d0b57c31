import Geometry

/// The outlines of a mask, along the sides of its pixels: exact, and of as many points as it has corners.
package struct MaskOutline {
    /// One for each part; pixels that touch at a corner belong to one part.
    package private(set) var parts: [Polygon] = []
    /// How many holes the parts have.
    package private(set) var holes = 0

    /// Right, down, left and up: the pixels that are set are always to the right of the way.
    private static let ways = [(x: 1, y: 0), (x: 0, y: 1), (x: -1, y: 0), (x: 0, y: -1)]

    /// The outlines of all parts, followed corner by corner.
    package init(_ mask: RunLengthMask) {
        let (width, height) = (mask.width, mask.height)
        let pixels = mask.pixels
        func isSet(_ x: Int, _ y: Int) -> Bool {
            x >= 0 && y >= 0 && x < width && y < height && pixels[y * width + x]
        }
        // For each corner of a pixel the ways that lead away from it, a bit each.
        var ways = [UInt8](repeating: 0, count: (width + 1) * (height + 1))
        for y in 0..<height {
            for x in 0..<width where pixels[y * width + x] {
                let corner = y * (width + 1) + x
                if !isSet(x, y - 1) { ways[corner] |= 1 }
                if !isSet(x + 1, y) { ways[corner + 1] |= 2 }
                if !isSet(x, y + 1) { ways[corner + width + 2] |= 4 }
                if !isSet(x - 1, y) { ways[corner + width + 1] |= 8 }
            }
        }
        for start in ways.indices {
            while ways[start] != 0 {
                let outline = Self.follow(&ways, from: start, stride: width + 1)
                if outline.signedArea > 0 { parts.append(outline) } else { holes += 1 }
            }
        }
    }

    /// Takes one closed way out of those that are left. Its start is its uppermost corner, so it lies in no side.
    private static func follow(_ ways: inout [UInt8], from start: Int, stride: Int) -> Polygon {
        var points: [PlanePoint] = []
        var at = start
        var way = ways[start].trailingZeroBitCount
        var previous = -1
        repeat {
            ways[at] &= ~(1 << UInt8(way))
            if way != previous { points.append(PlanePoint(Double(at % stride), Double(at / stride))) }
            previous = way
            at += Self.ways[way].x + Self.ways[way].y * stride
            // Left first: what touches at a corner is one part.
            guard let next = [3, 0, 1].map({ (way + $0) % 4 }).first(where: { ways[at] & 1 << UInt8($0) != 0 }) else {
                break
            }
            way = next
        } while true
        return Polygon(points)
    }
}
