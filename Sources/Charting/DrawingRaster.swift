import CheckedNumbers
import Foundation
import Geometry

extension Drawing {
    /// The drawing on white, with smooth edges; three bytes a pixel, row by row.
    ///
    /// - Parameter scale: pixels a unit.
    package func raster(scale: Double = 2) -> (width: Int, height: Int, pixels: [UInt8]) {
        var canvas = Canvas(
            width: Int(clamping: Double(width) * scale), height: Int(clamping: Double(height) * scale), scale: scale)
        for shape in shapes { canvas.paint(shape) }
        return (canvas.width, canvas.height, canvas.pixels)
    }
}

private struct Canvas {
    let width: Int
    let height: Int
    let scale: Double
    var pixels: [UInt8]

    init(width: Int, height: Int, scale: Double) {
        self.width = width
        self.height = height
        self.scale = scale
        pixels = [UInt8](repeating: 255, count: width * height * 3)
    }

    mutating func paint(_ shape: Drawing.Shape) {
        let paint = shape.paint ?? .colour(0)
        switch shape.form {
        case .line(let from, let to, let width): line(from, to, width ?? 1, paint)
        case .rectangle(let area): fill(area, paint)
        case .outline(let area):
            let (left, top, right, bottom) = (area.left, area.top, area.right, area.bottom)
            path([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], 1, paint)
        case .circle(let centre, let radius):
            let (x, y, r) = (centre.x * scale, centre.y * scale, radius * scale)
            cover(x - r, y - r, x + r, y + r, paint) { r + 0.5 - hypot($0 - x, $1 - y) }
        case .path(let lines, let width): for points in lines { path(points, width ?? 1, paint) }
        case .text(let text, let at, let size, let alignment, let isTurned):
            let size = size ?? 12
            let unit = size / StrokeFont.height
            let whole = StrokeFont.width(of: text) * unit
            var x = alignment == .start ? 0 : alignment == .middle ? -whole / 2 : -whole
            for character in text {
                for stroke in StrokeFont.strokes(character) {
                    let points = stroke.map { point -> Point in
                        let (along, down) = (x + point.x * unit, (point.y - 6) * unit)
                        return isTurned ? (at.x + down, at.y - along) : (at.x + along, at.y + down)
                    }
                    path(points, size * 0.1, paint)
                }
                x += StrokeFont.advance(character) * unit
            }
        }
    }

    private mutating func path(_ points: [Point], _ width: Double, _ paint: Paint) {
        for (from, to) in zip(points, points.dropFirst()) { line(from, to, width, paint) }
    }

    /// Coverage by the distance from the segment.
    private mutating func line(_ from: Point, _ to: Point, _ width: Double, _ paint: Paint) {
        let ax = from.x * scale
        let ay = from.y * scale
        let bx = to.x * scale - ax
        let by = to.y * scale - ay
        let half = max(0.5, width * scale / 2)
        let square = max(bx * bx + by * by, 1e-12)
        cover(
            min(ax, ax + bx) - half, min(ay, ay + by) - half, max(ax, ax + bx) + half, max(ay, ay + by) + half, paint
        ) { x, y in
            let along = max(0, min(1, ((x - ax) * bx + (y - ay) * by) / square))
            return half + 0.5 - hypot(x - ax - along * bx, y - ay - along * by)
        }
    }

    private mutating func fill(_ area: Edges, _ paint: Paint) {
        let (a, b, c, d) = (area.left * scale, area.top * scale, area.right * scale, area.bottom * scale)
        cover(a, b, c, d, paint) { x, y in
            let across = min(x + 0.5, c) - max(x - 0.5, a)
            let down = min(y + 0.5, d) - max(y - 0.5, b)
            return max(0, across) * max(0, down)
        }
    }

    /// Blends paint into the pixels of a rectangle, each by how much of it is covered (0…1 after clipping).
    private mutating func cover(
        _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ paint: Paint,
        _ coverage: (Double, Double) -> Double
    ) {
        let left = max(0, Int(clamping: (x0 - 1).rounded(.down)))
        let right = min(width - 1, Int(clamping: (x1 + 1).rounded(.up)))
        let top = max(0, Int(clamping: (y0 - 1).rounded(.down)))
        let bottom = min(height - 1, Int(clamping: (y1 + 1).rounded(.up)))
        guard left <= right, top <= bottom else { return }
        let (channels, opacity) = paint.pixel
        for y in top...bottom {
            for x in left...right {
                let part = min(1, coverage(Double(x) + 0.5, Double(y) + 0.5)) * opacity
                guard part > 0 else { continue }
                let at = (y * width + x) * 3
                for (channel, value) in channels.enumerated() {
                    let old = Double(pixels[at + channel])
                    pixels[at + channel] = UInt8((old + (Double(value) - old) * part).rounded())
                }
            }
        }
    }
}
