import Imaging
import TextForms

/// A box in whole pixels with its class.
struct DrawnBox {
    var kind: Int
    var left: Int
    var top: Int
    var width: Int
    var height: Int

    /// The row of a label file.
    var row: String { "\(kind) \(place)\n" }

    /// Centre and size as fractions of the image, separated by blanks.
    var place: String {
        let side = 2 * Double(DemoPicture.side)
        return [2 * left + width, 2 * top + height, 2 * width, 2 * height]
            .map { RowNumber.text(Double($0) / side, decimals: 6, padded: true) }.joined(separator: " ")
    }

    /// Intersection over union.
    func overlap(_ other: DrawnBox) -> Double {
        let across = min(left + width, other.left + other.width) - max(left, other.left)
        let down = min(top + height, other.top + other.height) - max(top, other.top)
        guard across > 0, down > 0 else { return 0 }
        let both = across * down
        return Double(both) / Double(width * height + other.width * other.height - both)
    }
}

/// Ellipses, rectangles and triangles on a mottled ground, in whole numbers: the same bytes on every machine.
struct DemoPicture {
    static let side = 128
    private(set) var image: RGBImage
    private(set) var boxes: [DrawnBox] = []
    private var numbers: PlaceNumbers
    private let ground: [Int]

    init(number: Int) {
        var numbers = PlaceNumbers(number)
        ground = (0..<3).map { _ in 70 + numbers.below(110) }
        image = Self.mottled(ground, &numbers)
        self.numbers = numbers
        for _ in 0..<(3 + self.numbers.below(3)) { draw() }
    }

    /// Bright and dark patches, 16 px apart and smooth between, with a grain.
    private static func mottled(_ ground: [Int], _ numbers: inout PlaceNumbers) -> RGBImage {
        let cell = 16
        let knots = side / cell + 1
        let heights = (0..<knots * knots).map { _ in numbers.below(61) - 30 }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * side * side)
        for y in 0..<side {
            for x in 0..<side {
                let (column, row) = (x / cell, y / cell)
                let (right, below) = (x % cell, y % cell)
                func height(_ dx: Int, _ dy: Int) -> Int { heights[(row + dy) * knots + column + dx] }
                let upper = height(0, 0) * (cell - right) + height(1, 0) * right
                let lower = height(0, 1) * (cell - right) + height(1, 1) * right
                let mottle = (upper * (cell - below) + lower * below) / (cell * cell) + numbers.below(9) - 4
                pixels += ground.map { UInt8(min(255, max(0, $0 + mottle))) }
            }
        }
        return RGBImage(width: side, height: side, pixels: pixels)
    }

    /// Draws a shape where it hides no other; leaves it out where there is no room.
    private mutating func draw() {
        let kind = numbers.below(3)
        for _ in 0..<20 {
            let size = 18 + numbers.below(29)
            let width = size * (80 + numbers.below(41)) / 100
            let box = DrawnBox(
                kind: kind, left: numbers.below(Self.side - width), top: numbers.below(Self.side - size), width: width,
                height: size)
            guard boxes.allSatisfy({ $0.overlap(box) < 0.02 }) else { continue }
            boxes.append(box)
            return fill(box)
        }
    }

    private mutating func fill(_ box: DrawnBox) {
        // Any colour that stands out; it says nothing of the class.
        let brighter = numbers.below(2) == 0 ? 1 : -1
        let colour = ground.map { level in
            let away = 50 + numbers.below(50)
            return min(250, max(5, level + (level < 100 ? 1 : level > 150 ? -1 : brighter) * away))
        }
        for y in 0..<box.height {
            for x in 0..<box.width where Self.isInside(box, x, y) {
                let at = 3 * ((box.top + y) * Self.side + box.left + x)
                let grain = numbers.below(9) - 4
                for channel in 0..<3 { image.pixels[at + channel] = UInt8(min(255, max(0, colour[channel] + grain))) }
            }
        }
    }

    /// Whether a pixel of the box belongs to the shape.
    private static func isInside(_ box: DrawnBox, _ x: Int, _ y: Int) -> Bool {
        let (dx, dy) = (2 * x + 1 - box.width, 2 * y + 1 - box.height)
        switch box.kind {
        case 0:
            let (across, down) = (box.width * box.width, box.height * box.height)
            return dx * dx * down + dy * dy * across <= across * down
        case 1: return true
        default: return abs(dx) * box.height <= (y + 1) * box.width
        }
    }
}
