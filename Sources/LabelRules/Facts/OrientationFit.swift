import CheckedNumbers
import Geometry
import Imaging
import YOLODataset

/// How well the boxes of an image that EXIF turns fit its picture: as it is shown, and as it is stored.
public struct OrientationFit: Sendable, Hashable {
    /// Mean change of brightness across the sides of the boxes, in steps of 255.
    public let shown: Double
    /// The same for the boxes on the picture before it is turned.
    public let stored: Double

    /// Nil where there are no boxes or no picture.
    init?(_ sample: DatasetSample, orientation: Int, dataset: Dataset) {
        let boxes = sample.trainableBoxes(in: dataset)
        guard !boxes.isEmpty,
            let decoded = try? ImageDecoder.decodeFile(sample.imagePath, scaleDenominator: 2).image
        else { return nil }
        shown = Self.contrast(boxes, decoded)
        // Turning back: 6 and 8 undo each other, the others themselves.
        stored = Self.contrast(boxes, decoded.turned(orientation: [6: 8, 8: 6][orientation] ?? orientation))
    }

    init(shown: Double, stored: Double) {
        self.shown = shown
        self.stored = stored
    }

    /// The mean, over points along the sides, of the change between 2 px inside and 2 px outside.
    private static func contrast(_ boxes: [LabelBox], _ image: RGBImage) -> Double {
        func brightness(_ x: Double, _ y: Double) -> Double? {
            let (column, row) = (Int(clamping: x), Int(clamping: y))
            guard x >= 0, y >= 0, column < image.width, row < image.height else { return nil }
            let at = 3 * (row * image.width + column)
            return Double(2 * Int(image.pixels[at]) + 5 * Int(image.pixels[at + 1]) + Int(image.pixels[at + 2])) / 8
        }
        var sum = 0.0
        var count = 0
        func add(_ a: Double?, _ b: Double?) {
            guard let a, let b else { return }
            sum += abs(a - b)
            count += 1
        }
        for box in boxes {
            let edges = Edges(box.box).multiplied(width: Double(image.width), height: Double(image.height))
            let (left, top, right, bottom) = (edges.left, edges.top, edges.right, edges.bottom)
            for step in 1..<16 {
                let x = left + (right - left) * Double(step) / 16
                let y = top + (bottom - top) * Double(step) / 16
                add(brightness(left - 2, y), brightness(left + 2, y))
                add(brightness(right - 2, y), brightness(right + 2, y))
                add(brightness(x, top - 2), brightness(x, top + 2))
                add(brightness(x, bottom - 2), brightness(x, bottom + 2))
            }
        }
        return count == 0 ? 0 : sum / Double(count)
    }
}

/// All turned images together.
struct OrientationEvidence: Sendable, Hashable {
    private(set) var images = 0
    /// Whose boxes fit the stored picture better.
    private(set) var stored = 0
    private(set) var example: String?

    mutating func add(_ fit: OrientationFit, image: String) {
        images += 1
        guard fit.stored > fit.shown else { return }
        stored += 1
        example = example.map { min($0, image) } ?? image
    }

    mutating func add(_ other: OrientationEvidence) {
        images += other.images
        stored += other.stored
        example = [example, other.example].compactMap { $0 }.min()
    }

    /// Whether the boxes were drawn on the stored pictures: that half of them fit better by chance alone is less
    /// likely than one in a thousand.
    var isStored: Bool { images >= 10 && Double(stored) > Double(images) / 2 + 1.6 * Double(images).squareRoot() }
}
