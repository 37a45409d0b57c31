import CheckedNumbers
import Imaging

/// A picture of shapes with their labels.
struct ShapesPicture {
    static let width = 160
    static let height = 120
    private(set) var image: RGBImage
    private(set) var rows: [String] = []

    init(number: Int, isGrey: Bool = false) {
        var numbers = PlaceNumbers(number)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * Self.width * Self.height)
        // A few flat patches, so that files stay small and palettes fit.
        let ground = (90 + numbers.below(60), 90 + numbers.below(60), 90 + numbers.below(60))
        for y in 0..<Self.height {
            for x in 0..<Self.width {
                let patch = (x / 40 + y / 40) % 2 * 12
                let colour = [ground.0 + patch, ground.1 + patch, ground.2 + patch]
                pixels += (isGrey ? [colour[0], colour[0], colour[0]] : colour).map(UInt8.init)
            }
        }
        image = RGBImage(width: Self.width, height: Self.height, pixels: pixels)
        for slot in 0..<(2 + numbers.below(3)) {
            draw(kind: numbers.below(3), slot: slot, isGrey: isGrey, &numbers)
        }
    }

    /// Class 0 circle, 1 square, 2 triangle; each in a column of its own.
    private mutating func draw(kind: Int, slot: Int, isGrey: Bool, _ numbers: inout PlaceNumbers) {
        let size = 16 + 2 * numbers.below(9)
        let left = slot * 40 + numbers.below(40 - min(size, 38))
        let top = numbers.below(Self.height - size)
        let value = UInt8(200 + numbers.below(50))
        let colour: [UInt8] =
            isGrey ? [value, value, value] : [[value, 60, 60], [60, value, 60], [70, 70, value]][kind]
        for y in 0..<size {
            for x in 0..<size {
                let (dx, dy) = (2 * x + 1 - size, 2 * y + 1 - size)
                let isInside = kind == 0 ? dx * dx + dy * dy <= size * size : kind == 1 || abs(dx) <= y
                guard isInside, left + x < Self.width else { continue }
                let at = 3 * ((top + y) * Self.width + left + x)
                image.pixels.replaceSubrange(at..<at + 3, with: colour)
            }
        }
        let width = min(size, Self.width - left)
        func fraction(_ value: Double) -> String {
            let digits = String(Int(clamping: (value * 1_000_000).rounded()))
            return "0." + String(repeating: "0", count: 6 - digits.count) + digits
        }
        let centre = (Double(left) + Double(width) / 2, Double(top) + Double(size) / 2)
        rows.append(
            "\(kind) \(fraction(centre.0 / 160)) \(fraction(centre.1 / 120)) \(fraction(Double(width) / 160)) \(fraction(Double(size) / 120))"
        )
    }

    var label: String { rows.map { $0 + "\n" }.joined() }
}
