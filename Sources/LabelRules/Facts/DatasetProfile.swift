import Foundation
import YOLODataset

/// What one box adds to a profile.
struct BoxMark: Hashable, Sendable {
    var classID: Int32
    /// Of `DatasetProfile.sizes`, `aspects` and `heat`.
    var size: UInt8
    var aspect: UInt8
    var cell: UInt8

    /// - Parameters:
    ///   - imageSize: of the image in pixels; nil where it is not known.
    ///   - trainingSize: side of the training square.
    init(_ box: LabelBox, imageSize: (width: Int, height: Int)?, trainingSize: Int) {
        classID = box.classID
        let (width, height) = imageSize.map { (Double($0.width), Double($0.height)) } ?? (1, 1)
        let scale = Double(trainingSize) / max(width, height, 1)
        let (across, down) = (box.width * width * scale, box.height * height * scale)
        size = UInt8(DatasetProfile.bin(across * down, perDoubling: 2, first: 0, count: DatasetProfile.sizeBins))
        aspect = UInt8(
            DatasetProfile.bin(across / down, perDoubling: 4, first: -24, count: DatasetProfile.aspectBins))
        func part(_ value: Double) -> Int { Int(min(max(value * 16, 0), 15)) }
        cell = UInt8(part(box.cy) * 16 + part(box.cx))
    }

    init(classID: Int32, size: UInt8, aspect: UInt8, cell: UInt8) {
        self.classID = classID
        self.size = size
        self.aspect = aspect
        self.cell = cell
    }
}

/// Sums over the boxes of a class, in bins of a profile.
struct ClassShape: Sendable, Hashable {
    private(set) var boxes = 0
    private var size = 0
    private var sizeSquared = 0
    private var aspect = 0
    private var aspectSquared = 0

    mutating func add(_ mark: BoxMark) {
        boxes += 1
        size += Int(mark.size)
        sizeSquared += Int(mark.size) * Int(mark.size)
        aspect += Int(mark.aspect)
        aspectSquared += Int(mark.aspect) * Int(mark.aspect)
    }

    static func + (a: ClassShape, b: ClassShape) -> ClassShape {
        var sum = a
        sum.boxes += b.boxes
        sum.size += b.size
        sum.sizeSquared += b.sizeSquared
        sum.aspect += b.aspect
        sum.aspectSquared += b.aspectSquared
        return sum
    }

    /// How far apart the means are, squared, in standard errors; a bin more or less is no difference between splits.
    func distance(_ other: ClassShape) -> Double {
        func part(_ sum: Int, _ squares: Int, _ otherSum: Int, _ otherSquares: Int) -> Double {
            func mean(_ sum: Int, _ count: Int) -> Double { Double(sum) / Double(max(1, count)) }
            func variance(_ sum: Int, _ squares: Int, _ count: Int) -> Double {
                max(0, mean(squares, count) - mean(sum, count) * mean(sum, count)) / Double(max(1, count))
            }
            let apart = mean(sum, boxes) - mean(otherSum, other.boxes)
            let error = variance(sum, squares, boxes) + variance(otherSum, otherSquares, other.boxes)
            return apart * apart / (error + 0.25)
        }
        return part(size, sizeSquared, other.size, other.sizeSquared)
            + part(aspect, aspectSquared, other.aspect, other.aspectSquared)
    }
}

/// What a dataset consists of, in counts: the dataset card.
public struct DatasetProfile: Sendable, Hashable {
    /// What one split consists of.
    public struct Split: Sendable, Hashable {
        public internal(set) var images = 0
        /// Images without a label row.
        public internal(set) var background = 0
        /// Label rows by class id; −1 for rows without a whole number.
        public internal(set) var rowsByClass: [Int: Int] = [:]
        /// Sizes and shapes of boxes by class id.
        var shapes: [Int: ClassShape] = [:]
        /// Images by how many rows they have; the last place is for all that have more.
        public internal(set) var rowsAnImage = [Int](repeating: 0, count: 65)
    }

    static let sizeBins = 44
    static let aspectBins = 49

    public internal(set) var splits: [String: Split] = [:]
    /// Boxes by area in pixels at the training size: half a doubling of the area a bin, from 1 pixel on.
    public internal(set) var sizes = [Int](repeating: 0, count: sizeBins)
    /// Boxes by width over height in pixels: a quarter of a doubling a bin, from 1/64 on.
    public internal(set) var aspects = [Int](repeating: 0, count: aspectBins)
    /// Boxes by the cell of a 16 × 16 grid that their centre lies in, row by row.
    public internal(set) var heat = [Int](repeating: 0, count: 256)
    /// Images by width and height in pixels, as a viewer shows them.
    public internal(set) var imageSizes: [ImageSize: Int] = [:]

    public struct ImageSize: Sendable, Hashable {
        public let width: Int
        public let height: Int
    }

    public init() {}

    /// Which bin of a logarithmic histogram a value falls into.
    static func bin(_ value: Double, perDoubling: Double, first: Int, count: Int) -> Int {
        guard value > 0, value.isFinite else { return 0 }
        // The exponent decides nearly all: the logarithm is taken of the fraction alone.
        let place = (Double(value.exponent) + log2(value.significand)) * perDoubling
        return min(max(Int(place.rounded(.down)) - first, 0), count - 1)
    }

    mutating func add(_ mark: BoxMark) {
        sizes[Int(mark.size)] += 1
        aspects[Int(mark.aspect)] += 1
        heat[Int(mark.cell)] += 1
    }

    mutating func add(_ other: DatasetProfile) {
        for (name, split) in other.splits {
            var sum = splits[name] ?? Split()
            sum.images += split.images
            sum.background += split.background
            sum.rowsByClass.merge(split.rowsByClass, uniquingKeysWith: +)
            sum.shapes.merge(split.shapes) { $0 + $1 }
            for index in sum.rowsAnImage.indices { sum.rowsAnImage[index] += split.rowsAnImage[index] }
            splits[name] = sum
        }
        for index in sizes.indices { sizes[index] += other.sizes[index] }
        for index in aspects.indices { aspects[index] += other.aspects[index] }
        for index in heat.indices { heat[index] += other.heat[index] }
        imageSizes.merge(other.imageSizes, uniquingKeysWith: +)
    }

    public var images: Int { splits.values.reduce(0) { $0 + $1.images } }
    public var rows: Int { rowsByClass.values.reduce(0, +) }
    /// Label rows by class id, over all splits.
    public var rowsByClass: [Int: Int] {
        splits.values.reduce(into: [:]) { $0.merge($1.rowsByClass, uniquingKeysWith: +) }
    }
}
