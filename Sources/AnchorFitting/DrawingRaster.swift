import Foundation
import Imaging

extension Drawing {
    /// The drawing in pixels, with smooth edges.
    ///
    /// - Parameter scale: pixels a unit.
    func image(scale: Double = 2) -> RGBImage {
        var canvas = Canvas(width: Int(Double(width) * scale), height: Int(Double(height) * scale), scale: scale)
        for shape in shapes { canvas.paint(shape) }
        return RGBImage(width: canvas.width, height: canvas.height, pixels: canvas.pixels)
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
        switch shape {
        case .line(let from, let to, let width, let colour): line(from, to, width, colour)
        case .rectangle(let x, let y, let width, let height, let colour):
            fill(x, y, x + width, y + height, colour)
        case .frame(let x, let y, let width, let height, let colour):
            let corners = [
                Drawing.Point(x, y), Drawing.Point(x + width, y), Drawing.Point(x + width, y + height),
                Drawing.Point(x, y + height),
            ]
            for index in 0..<4 { line(corners[index], corners[(index + 1) % 4], 1, colour) }
        case .circle(let centre, let radius, let colour):
            let x = centre.x * scale
            let y = centre.y * scale
            let r = radius * scale
            cover(x - r, y - r, x + r, y + r, colour) { r + 0.5 - hypot($0 - x, $1 - y) }
        case .text(let text, let at, let size, let alignment, let colour):
            let unit = size / StrokeFont.height
            let whole = StrokeFont.width(of: text) * unit
            var x = alignment == .start ? at.x : alignment == .middle ? at.x - whole / 2 : at.x - whole
            for character in text {
                for stroke in StrokeFont.strokes(character) {
                    let points = stroke.map { Drawing.Point(x + $0.x * unit, at.y + ($0.y - 6) * unit) }
                    for (from, to) in zip(points, points.dropFirst()) { line(from, to, size * 0.1, colour) }
                }
                x += StrokeFont.advance(character) * unit
            }
        }
    }

    /// Coverage by the distance from the segment.
    private mutating func line(_ from: Drawing.Point, _ to: Drawing.Point, _ width: Double, _ colour: Drawing.Colour) {
        let ax = from.x * scale
        let ay = from.y * scale
        let bx = to.x * scale - ax
        let by = to.y * scale - ay
        let half = max(0.5, width * scale / 2)
        let square = max(bx * bx + by * by, 1e-12)
        cover(
            min(ax, ax + bx) - half, min(ay, ay + by) - half, max(ax, ax + bx) + half, max(ay, ay + by) + half, colour
        ) { x, y in
            let along = max(0, min(1, ((x - ax) * bx + (y - ay) * by) / square))
            return half + 0.5 - hypot(x - ax - along * bx, y - ay - along * by)
        }
    }

    private mutating func fill(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ colour: Drawing.Colour) {
        let (a, b, c, d) = (x0 * scale, y0 * scale, x1 * scale, y1 * scale)
        cover(a, b, c, d, colour) { x, y in
            let across = min(x + 0.5, c) - max(x - 0.5, a)
            let down = min(y + 0.5, d) - max(y - 0.5, b)
            return max(0, across) * max(0, down)
        }
    }

    /// Blends a colour into the pixels of a rectangle, each by how much of it is covered (0…1 after clipping).
    private mutating func cover(
        _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ colour: Drawing.Colour,
        _ coverage: (Double, Double) -> Double
    ) {
        let left = max(0, Int((x0 - 1).rounded(.down)))
        let right = min(width - 1, Int((x1 + 1).rounded(.up)))
        let top = max(0, Int((y0 - 1).rounded(.down)))
        let bottom = min(height - 1, Int((y1 + 1).rounded(.up)))
        guard left <= right, top <= bottom else { return }
        for y in top...bottom {
            for x in left...right {
                let part = min(1, coverage(Double(x) + 0.5, Double(y) + 0.5)) * colour.opacity
                guard part > 0 else { continue }
                let at = (y * width + x) * 3
                for (channel, value) in [colour.red, colour.green, colour.blue].enumerated() {
                    let old = Double(pixels[at + channel])
                    pixels[at + channel] = UInt8((old + (Double(value) - old) * part).rounded())
                }
            }
        }
    }
}

/// Letters as strokes on a grid 4 wide and 6 high, the base line at 6, descenders to 8.
private enum StrokeFont {
    /// Font size of the grid.
    static let height = 8.5

    private static let glyphs: [Character: String] = [
        "0": "10 30 41 45 36 16 05 01 10", "1": "11 20 26|16 36", "2": "01 10 30 41 42 06 46",
        "3": "01 10 30 41 42 33 13|33 44 45 36 16 05", "4": "36 30 04 44", "5": "40 00 02 32 43 45 36 06",
        "6": "40 20 02 05 16 36 45 44 33 03", "7": "00 40 26", "8": "13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33",
        "9": "43 13 02 01 10 30 41 44 26 06", ".": "15 16", ",": "16 07", "/": "46 00|", "%": "40 06|00 11|35 46",
        "-": "13 33", "+": "13 33|22 24", ":": "12 13|15 16", "(": "20 11 15 26", ")": "10 21 25 16",
        "a": "03 12 32 43 46|44 14 05 16 36 45", "b": "00 06|03 12 32 43 45 36 16 05", "c": "43 32 12 03 05 16 36 45",
        "d": "40 46|43 32 12 03 05 16 36 45", "e": "04 44 43 32 12 03 05 16 36 45", "f": "40 30 21 26|13 33",
        "g": "42 47 38 18 07|43 32 12 03 05 16 36 45", "h": "00 06|03 12 32 43 46", "i": "10 11|12 16",
        "j": "20 21|22 27 18", ";": "13 14|16 07", "?": "01 10 30 41 33 24|25 26", "k": "00 06|42 04 46",
        "l": "10 15 26", "m": "06 02|03 12 23 26|23 32 43 46",
        "n": "06 02|03 12 32 43 46", "o": "12 32 43 45 36 16 05 03 12", "p": "02 08|03 12 32 43 45 36 16 05",
        "q": "42 48|43 32 12 03 05 16 36 45", "r": "02 06|04 22 42", "s": "43 32 12 03 14 34 45 36 16 05",
        "t": "10 15 26 36|02 32", "u": "02 05 16 36 45|42 46", "v": "02 26 42", "w": "02 16 23 36 42",
        "x": "02 46|42 06",
        "y": "02 26|42 26 08", "z": "02 42 06 46", "A": "06 20 46|14 34", "B": "00 06 36 45 44 33 03|00 30 41 42 33",
        "P": "06 00 30 41 42 33 03", "R": "06 00 30 41 42 33 03|23 46", "T": "00 40|20 26", "I": "10 30|20 26|16 36",
        "U": "00 05 16 36 45 40", "×": "03 35|33 05",
    ]

    static func strokes(_ character: Character) -> [[(x: Double, y: Double)]] {
        let known = glyphs[character] ?? character.lowercased().first.flatMap { glyphs[$0] } ?? ""
        return known.split(separator: "|").map { stroke in
            stroke.split(separator: " ").compactMap { point in
                let digits = point.compactMap(\.wholeNumberValue)
                return digits.count == 2 ? (x: Double(digits[0]), y: Double(digits[1])) : nil
            }
        }
    }

    static func advance(_ character: Character) -> Double {
        ".,:;i".contains(character) ? 3 : character == " " ? 3.4 : 5.6
    }

    static func width(of text: String) -> Double { text.reduce(0) { $0 + advance($1) } }
}
